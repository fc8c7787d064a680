import { fstatSync } from 'node:fs'
import { homedir } from 'node:os'
import { systemClock } from '../lib/clock.ts'
import type { CliIo, InStream, OutStream } from './cli-io.ts'
import { CliError, EXIT } from './exit-code.ts'
import { FreshLine } from './fresh-line.ts'
import { LineReader } from './line-reader.ts'
import { showInPager } from './pager.ts'

/** The process's own streams, environment and signals. */
export const processIo = (
  line = new FreshLine(isSamePlace(1, 2)),
  input = new LineReader(process.stdin),
): CliIo => ({
  stdout: outStream(process.stdout, (data) => line.wrote('stdout', data)),
  stderr: outStream(process.stderr, (data) => line.wrote('stderr', data)),
  stdin: inStream(process.stdin, input, process.stderr, () => line.entered()),
  freshLine: () => {
    process.stderr.write(line.end)
    line.entered()
  },
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  isRoot: process.getuid?.() === 0,
  now: Date.now,
  sleep: systemClock.sleep,
  onInterrupt(listener) {
    let isSecond = false
    const onSignal = () => {
      // Whoever asks twice does not want to wait for the clean-up.
      if (isSecond) process.exit(EXIT.interrupted)
      isSecond = true
      listener()
      input.interrupt(new CliError('Interrupted.', { exitCode: EXIT.interrupted }))
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
    return () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    }
  },
  onResize(listener) {
    process.stdout.on('resize', listener)
    return () => process.stdout.off('resize', listener)
  },
  page: (text) => showInPager(text, process.env),
})

/** Both descriptors lead to one terminal, file or pipe. */
function isSamePlace(one: number, other: number): boolean {
  try {
    const [a, b] = [fstatSync(one), fstatSync(other)]
    return a.dev === b.dev && a.ino === b.ino
  } catch {
    // A closed one is nowhere.
    return false
  }
}

const outStream = (stream: NodeJS.WriteStream, wrote: (data: string | Uint8Array) => void): OutStream => ({
  write: (data) => {
    stream.write(data)
    wrote(data)
  },
  isTTY: stream.isTTY === true,
  get columns() {
    return stream.columns || 80
  },
  get rows() {
    return stream.rows || 24
  },
})

function inStream(
  stdin: NodeJS.ReadStream,
  lines: LineReader,
  echo: NodeJS.WriteStream,
  entered: () => void,
): InStream {
  return {
    isTTY: stdin.isTTY === true,
    async readLine() {
      const line = await lines.next()
      if (stdin.isTTY && line !== null) entered()
      return line
    },
    async readSecret() {
      if (!stdin.isTTY) return lines.next()
      if (process.platform === 'win32') return typedUnseen(stdin, echo)
      // Canonical mode without echo: the terminal still edits the line.
      await stty('-echo')
      try {
        return await lines.next()
      } finally {
        await stty('echo')
        echo.write('\n')
        entered()
      }
    },
    readAll: () => lines.all(),
    readRaw(onData, onEnd) {
      if (stdin.isTTY) stdin.setRawMode(true)
      stdin.on('data', onData).on('end', onEnd)
      stdin.resume()
      return () => {
        stdin.off('data', onData).off('end', onEnd)
        if (stdin.isTTY) stdin.setRawMode(false)
        stdin.pause()
      }
    },
  }
}

/** A line typed into a raw terminal, where there is no stty: the backspace works, Ctrl-C and Ctrl-Z give up. */
function typedUnseen(stdin: NodeJS.ReadStream, echo: NodeJS.WriteStream): Promise<string | null> {
  return new Promise((resolve) => {
    let typed = ''
    const finish = (line: string | null): void => {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdin.pause()
      echo.write('\n')
      resolve(line)
    }
    const onData = (bytes: Uint8Array) => {
      for (const char of new TextDecoder().decode(bytes)) {
        if (char === '\r' || char === '\n') return finish(typed)
        if (char === '\u0003' || char === '\u001A') return finish(null)
        typed = char === '\u007F' || char === '\b' ? typed.slice(0, -1) : typed + char
      }
    }
    stdin.setRawMode(true)
    stdin.on('data', onData)
    stdin.resume()
  })
}

async function stty(...args: string[]): Promise<void> {
  await Bun.spawn(['stty', ...args], { stdin: 'inherit', stdout: 'ignore', stderr: 'ignore' }).exited
}
