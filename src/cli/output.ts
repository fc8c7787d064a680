import type { CliIo } from './cli-io.ts'
import { type Column, renderFields, renderTable } from './table.ts'

/** What commands print: results on standard output, everything said to a person on standard error. */
export interface Output {
  /** Results are JSON. */
  readonly isJson: boolean
  readonly isQuiet: boolean
  text(text: string): void
  /** One line of JSON per call. */
  json(value: unknown): void
  /**
   * Longer than the terminal it goes through the pager, when the command ends; `isPaged` false: at once.
   * `hasTitles` false: rows alone.
   */
  table(
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    options?: { isPaged?: boolean; hasTitles?: boolean },
  ): void
  fields(fields: readonly (readonly [string, string])[]): void
  done(message: string): void
  info(message: string): void
  warn(message: string): void
  fail(message: string): void
  /** Shows what waits for the pager. */
  flush(): Promise<void>
}

const COLOURS = { green: 32, yellow: 33, red: 31, cyan: 36 } as const

export function createOutput(io: CliIo, options: { isJson: boolean; isQuiet?: boolean }): Output {
  const hasColour = io.stderr.isTTY && !io.env.NO_COLOR && io.env.TERM !== 'dumb'
  const paint = (colour: keyof typeof COLOURS, text: string): string =>
    hasColour ? `\u001B[${COLOURS[colour]}m${text}\u001B[0m` : text
  const say = (mark: string, message: string): void => {
    io.freshLine()
    io.stderr.write(`${mark} ${message}\n`)
  }
  const note = (mark: string, message: string): void => {
    if (!options.isQuiet && !options.isJson) say(mark, message)
  }
  // What goes into a pipe or a file is not cut.
  const width = io.stdout.isTTY ? io.stdout.columns : Number.POSITIVE_INFINITY
  let held = ''
  const write = (text: string): void => {
    if (held === '') io.stdout.write(text)
    else held += text
  }
  return {
    isJson: options.isJson,
    isQuiet: options.isQuiet === true,
    text: (text) => write(text.endsWith('\n') || text === '' ? text : `${text}\n`),
    json: (value) => write(`${JSON.stringify(value)}\n`),
    table(columns, rows, { isPaged = true, hasTitles = true } = {}) {
      const whole = renderTable(columns, rows, width)
      const text = hasTitles ? whole : whole.slice(whole.indexOf('\n') + 1)
      const isLong = rows.length + 2 > io.stdout.rows
      if (isPaged && isLong && io.stdout.isTTY) held += text
      else write(text)
    },
    fields: (fields) => write(renderFields(fields, Math.min(width, 200))),
    done: (message) => note(paint('green', '✔'), message),
    info: (message) => note(paint('cyan', '∙'), message),
    warn: (message) => say(paint('yellow', '!'), message),
    fail: (message) => say(paint('red', '✘'), message),
    async flush() {
      const text = held
      held = ''
      if (text !== '' && !(await io.page(text))) io.stdout.write(text)
    },
  }
}
