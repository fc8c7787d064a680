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
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void
  /** On a terminal, in its pager when there are more rows than it has. */
  longTable(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void>
  fields(fields: readonly (readonly [string, string])[]): void
  done(message: string): void
  info(message: string): void
  warn(message: string): void
  fail(message: string): void
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
  return {
    isJson: options.isJson,
    isQuiet: options.isQuiet === true,
    text: (text) => io.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`),
    json: (value) => io.stdout.write(`${JSON.stringify(value)}\n`),
    table: (columns, rows) => io.stdout.write(renderTable(columns, rows, width)),
    async longTable(columns, rows) {
      const text = renderTable(columns, rows, width)
      if (io.stdout.isTTY && rows.length + 2 > io.stdout.rows) await io.page(text)
      else io.stdout.write(text)
    },
    fields: (fields) => io.stdout.write(renderFields(fields, Math.min(width, 200))),
    done: (message) => note(paint('green', '✔'), message),
    info: (message) => note(paint('cyan', '∙'), message),
    warn: (message) => say(paint('yellow', '!'), message),
    fail: (message) => say(paint('red', '✘'), message),
  }
}
