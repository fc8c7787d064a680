import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromBase64 } from '../../client/base64.ts'
import type { ConsoleItem } from '../../client/execution-result.ts'
import type { CliIo } from '../cli-io.ts'
import { sizeText } from '../sizes.ts'

export interface ConsolePrinter {
  print(items: readonly ConsoleItem[]): Promise<void>
  /** Ends an unfinished prefixed line. */
  flush(): void
}

export interface ConsoleOptions {
  /** Before every line, where several cases print at once. */
  prefix?: string
  /** Directory that media items are saved in; else they are only named. */
  mediaDirectory?: string
  /** Told what was saved or left out. */
  note: (message: string) => void
}

const EXTENSIONS: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/svg+xml': 'svg',
  'text/html': 'html',
  'application/json': 'json',
}

/** Standard output of the code on standard output, everything else on standard error. */
export function createConsolePrinter(io: CliIo, options: ConsoleOptions): ConsolePrinter {
  const out = prefixed(io.stdout.write, options.prefix)
  const err = prefixed(io.stderr.write, options.prefix)
  let mediaCount = 0

  async function media(mime: string, data: string): Promise<void> {
    const content = mediaBytes(data)
    const what = `${mime} (${sizeText(content.length)})`
    if (!options.mediaDirectory) {
      options.note(`The code shows ${what}; --media DIR saves such items.`)
      return
    }
    mediaCount += 1
    const extension = EXTENSIONS[mime] ?? 'bin'
    const path = join(options.mediaDirectory, `media-${mediaCount}.${extension}`)
    await mkdir(options.mediaDirectory, { recursive: true })
    await writeFile(path, content)
    options.note(`Saved ${what} as ${path}`)
  }

  async function one([type, value]: ConsoleItem): Promise<void> {
    if (type === 'media' && Array.isArray(value)) return media(String(value[0]), String(value[1]))
    if (type === 'html') return media('text/html', String(value))
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (type === 'stdout') out.write(text)
    else err.write(type === 'stderr' || type === 'log' ? text : `[${type}] ${text}\n`)
  }

  return {
    async print(items) {
      for (const item of items) await one(item)
    },
    flush() {
      out.flush()
      err.flush()
    },
  }
}

/** The bytes of a data URI, or the text itself (SVG, HTML). */
export function mediaBytes(data: string): Uint8Array {
  const match = /^data:[^,]*?(;base64)?,(.*)$/s.exec(data)
  if (!match) return new TextEncoder().encode(data)
  const content = match[2] ?? ''
  return match[1] ? fromBase64(content) : new TextEncoder().encode(decodeURIComponent(content))
}

/** Writes whole lines with the prefix, so that lines of several cases do not mix. */
function prefixed(
  write: (text: string) => void,
  prefix?: string,
): { write(text: string): void; flush(): void } {
  if (prefix === undefined) return { write, flush: () => {} }
  let rest = ''
  return {
    write(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (lines.length > 0) write(lines.map((line) => `${prefix}${line}\n`).join(''))
    },
    flush() {
      if (rest !== '') write(`${prefix}${rest}\n`)
      rest = ''
    },
  }
}
