import { homedir } from 'node:os'
import { systemClock } from '../lib/clock.ts'
import type { CliIo, InStream, OutStream } from './cli-io.ts'
import { EXIT } from './exit-code.ts'
import { LineReader } from './line-reader.ts'

/** The process's own streams, environment and signals. */
export const processIo = (): CliIo => ({
  stdout: outStream(process.stdout),
  stderr: outStream(process.stderr),
  stdin: inStream(process.stdin, process.stderr),
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
})

const outStream = (stream: NodeJS.WriteStream): OutStream => ({
  write: (data) => void stream.write(data),
  isTTY: stream.isTTY === true,
  get columns() {
    return stream.columns || 80
  },
  get rows() {
    return stream.rows || 24
  },
})

function inStream(stdin: NodeJS.ReadStream, echo: NodeJS.WriteStream): InStream {
  const lines = new LineReader(stdin)
  return {
    isTTY: stdin.isTTY === true,
    readLine: () => lines.next(),
    async readSecret() {
      if (!stdin.isTTY) return lines.next()
      // Canonical mode without echo: the terminal still edits the line.
      await stty('-echo')
      try {
        return await lines.next()
      } finally {
        await stty('echo')
        echo.write('\n')
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

async function stty(...args: string[]): Promise<void> {
  await Bun.spawn(['stty', ...args], { stdin: 'inherit', stdout: 'ignore', stderr: 'ignore' }).exited
}
