import type { CliIo } from './cli-io.ts'

/** One line that tells what is going on: a spinner on a terminal, a line per step elsewhere. */
export interface Progress {
  step(message: string): void
  /** A line that stays above what goes on. */
  note(message: string): void
  /** Removes the spinner, so that other output may follow. */
  stop(): void
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 80

export interface ProgressOptions {
  /** Shows nothing. */
  isSilent?: boolean
  /** Lines even on a terminal, where several things go on at once. */
  isPlain?: boolean
}

export function createProgress(io: CliIo, options: ProgressOptions = {}): Progress {
  if (options.isSilent) return { step: () => {}, note: () => {}, stop: () => {} }
  return io.stderr.isTTY && !options.isPlain ? spinner(io) : lines(io)
}

function lines(io: CliIo): Progress {
  let last = ''
  const note = (message: string): void => {
    io.freshLine()
    io.stderr.write(`∙ ${message}\n`)
  }
  return {
    step(message) {
      if (message === last) return
      last = message
      note(message)
    },
    note,
    stop: () => {},
  }
}

function spinner(io: CliIo): Progress {
  let message = ''
  let frame = 0
  let timer: ReturnType<typeof setInterval> | null = null
  const draw = (): void => {
    const room = Math.max(10, io.stderr.columns - 3)
    io.stderr.write(`\r\u001B[K${FRAMES[frame % FRAMES.length]} ${message.slice(0, room)}`)
    frame += 1
  }
  return {
    step(next) {
      message = next
      if (timer === null) io.freshLine()
      timer ??= setInterval(draw, FRAME_MS)
      draw()
    },
    note(line) {
      if (timer === null) io.freshLine()
      else io.stderr.write('\r\u001B[K')
      io.stderr.write(`∙ ${line}\n`)
      if (timer !== null) draw()
    },
    stop() {
      if (timer === null) return
      clearInterval(timer)
      timer = null
      io.stderr.write('\r\u001B[K')
    },
  }
}
