import { constants, type Stats } from 'node:fs'
import { lstat, open, readdir, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Problem } from '../../core/problem.ts'

const BLOCK = 512

/**
 * A POSIX tar archive (ustar, pax records for long or non-ASCII names) of one file or folder. Symbolic links stay
 * links; sockets, pipes and devices are left out.
 * @throws Problem over-limit when the archive would be larger than `maxBytes`
 */
export async function tarOf(path: string, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 2 * BLOCK
  const refuseOver = (total: number) => {
    if (total <= maxBytes) return
    throw new Problem('over-limit', {
      msg: `The archive of ${basename(path)} would have ${total} bytes or more; the limit is ${maxBytes}.`,
    })
  }
  const add = (part: Uint8Array) => {
    size += part.length
    refuseOver(size)
    parts.push(part)
  }
  const visit = async (from: string, name: string): Promise<void> => {
    const stat = await lstat(from)
    if (stat.isDirectory()) {
      for (const part of entry(`${name}/`, stat, '5', 0, '')) add(part)
      for (const child of (await readdir(from)).toSorted()) await visit(join(from, child), `${name}/${child}`)
    } else if (stat.isSymbolicLink()) {
      for (const part of entry(name, stat, '2', 0, await readlink(from))) add(part)
    } else if (stat.isFile()) {
      refuseOver(size + BLOCK + stat.size)
      const content = await readAtMost(from, stat.size)
      for (const part of entry(name, stat, '0', content.length, '')) add(part)
      add(content)
      add(new Uint8Array(padding(content.length)))
    }
  }
  await visit(path, basename(path))
  parts.push(new Uint8Array(2 * BLOCK))
  return Buffer.concat(parts)
}

/** What the file held when it was looked at; it may grow or shrink meanwhile. */
async function readAtMost(path: string, size: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const content = new Uint8Array(size)
    let filled = 0
    while (filled < size) {
      const { bytesRead } = await file.read(content, filled, size - filled, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return content.subarray(0, filled)
  } finally {
    await file.close()
  }
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK

function* entry(name: string, stat: Stats, type: string, size: number, link: string): Generator<Uint8Array> {
  const records = [
    ...(fits(name) ? [] : [paxRecord('path', name)]),
    ...(fits(link) ? [] : [paxRecord('linkpath', link)]),
  ].join('')
  if (records !== '') {
    const body = Buffer.from(records)
    yield header('././@PaxHeader', 'x', body.length, 0o644, stat, '')
    yield body
    yield new Uint8Array(padding(body.length))
  }
  yield header(name, type, size, stat.mode & 0o7777, stat, link)
}

/** Within the 100 bytes of the classic header, and the same in every encoding. */
const fits = (text: string): boolean => text.length <= 100 && /^[\x20-\x7e]*$/.test(text)

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (String(length).length !== String(rest).length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}

function header(name: string, type: string, size: number, mode: number, stat: Stats, link: string): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, width: number) =>
    block.write(
      `${Math.max(0, Math.floor(value))
        .toString(8)
        .padStart(width - 1, '0')}\0`,
      at,
      'latin1',
    )
  block.write(name, 0, 100, 'utf8')
  octal(mode, 100, 8)
  octal(stat.uid % 0o10000000, 108, 8)
  octal(stat.gid % 0o10000000, 116, 8)
  octal(size, 124, 12)
  octal(stat.mtimeMs / 1000, 136, 12)
  block.write('        ', 148, 'latin1')
  block.write(type, 156, 'latin1')
  block.write(link, 157, 100, 'utf8')
  block.write('ustar\x0000', 257, 'latin1')
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  )
  return block
}
