import { type Command, InvalidArgumentError } from 'commander'

/** What every list of items takes. */
export interface ListFlags {
  format?: string
  filter?: string
  order?: string
  limit: number
  offset: number
  watch?: boolean
}

export const addListFlags = (command: Command): Command =>
  command
    .option('-f, --format <FIELDS>', 'these fields, with commas: name,status,…')
    .option('--filter <EXPR>', 'such as name == "data"')
    .option('--order <FIELDS>', 'such as +name,-created_at')
    .option('--limit <COUNT>', 'at most this many', wholeNumber, 50)
    .option('--offset <COUNT>', 'skip this many', wholeNumber, 0)
    .option('-w, --watch', 'print again at every change')

export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a number.')
}
