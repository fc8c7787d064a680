import type { Command } from 'commander'
import type { SessionItem, SessionListQuery } from '../../client/session-list.ts'
import { SESSION_FIELDS } from '../../client/session-list.ts'
import { SESSION_STATUSES, type SessionStatus } from '../../core/status.ts'
import type { CommandContext } from '../command-context.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { splitList } from '../settings.ts'
import { slotsText } from '../sizes.ts'
import type { Column } from '../table.ts'
import { ago } from '../times.ts'
import { LISTED } from './known-session.ts'

export interface ListFlags {
  all?: boolean
  running?: boolean
  dead?: boolean
  status?: string
  detail?: boolean
  idOnly?: boolean
  nameOnly?: boolean
  plain?: boolean
  format?: string
  filter?: string
  order?: string
  limit: string
  offset: string
  watch?: boolean
}

export const addListOptions = (command: Command): Command =>
  command
    .option('-a, --all', 'whatever their status')
    .option('--running', 'only running ones and those about to')
    .option('--dead', 'only ended and cancelled ones')
    .option('-s, --status <NAMES>', 'only these statuses, with commas; ALL for any')
    .option('--detail', 'more columns')
    .option('--id-only', 'only ids')
    .option('--name-only', 'only names')
    .option('--plain', 'without the line of titles')
    .option('-f, --format <FIELDS>', 'these fields, with commas: name,status,…')
    .option('--filter <EXPR>', 'such as status == "RUNNING"')
    .option('--order <FIELDS>', 'such as +name,-created_at')
    .option('--limit <COUNT>', 'at most this many', '50')
    .option('--offset <COUNT>', 'skip this many', '0')
    .option('-w, --watch', 'print again at every change')

const RUNNING: SessionStatus[] = ['PREPARING', 'PULLING', 'RUNNING', 'RUNNING_DEGRADED']
const DEAD: SessionStatus[] = ['CANCELLED', 'TERMINATED']
const PAGE = 100

interface Cell {
  field: string
  column: Column
  show: (item: SessionItem, now: number) => string
}

const text = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
const plain = (field: string, column: Column): Cell => ({ field, column, show: (item) => text(item[field]) })

const BRIEF: readonly Cell[] = [
  plain('name', { title: 'NAME', min: 12 }),
  { ...plain('image', { title: 'IMAGE', min: 12 }), show: (item) => shortImage(text(item.image)) },
  plain('type', { title: 'TYPE' }),
  plain('status', { title: 'STATUS' }),
  plain('status_info', { title: 'REASON', min: 8 }),
  { ...plain('status_changed', { title: 'CHANGED' }), show: (item, now) => ago(item.status_changed, now) },
]

const DETAIL: readonly Cell[] = [
  plain('id', { title: 'ID' }),
  ...BRIEF,
  plain('result', { title: 'RESULT' }),
  plain('tag', { title: 'TAG', min: 4 }),
  { ...plain('created_at', { title: 'CREATED' }), show: (item, now) => ago(item.created_at, now) },
  {
    ...plain('occupying_slots', { title: 'RESOURCES', min: 10 }),
    show: (item) => slotsText(item.occupying_slots),
  },
]

/** `python:3.11` of `registry/project/python:3.11`. */
const shortImage = (image: string): string => image.slice(image.lastIndexOf('/') + 1)

/** Lists sessions of one owner, or of everybody when `accessKey` is undefined. */
export async function listSessions(
  context: CommandContext,
  flags: ListFlags,
  accessKey: string | undefined,
): Promise<number> {
  const cells = cellsOf(flags)
  const query: SessionListQuery = {
    statuses: statusesOf(flags),
    fields: context.out.isJson ? jsonFields(flags, cells) : cells.map(({ field }) => field),
    limit: count(flags.limit, '--limit'),
    offset: count(flags.offset, '--offset'),
    ...(accessKey ? { accessKey } : {}),
    ...(flags.filter ? { filter: flags.filter } : {}),
    ...(flags.order ? { order: flags.order } : {}),
  }
  await show(context, flags, query, cells)
  if (flags.watch) await watch(context, () => show(context, flags, query, cells))
  return EXIT.ok
}

async function show(
  context: CommandContext,
  flags: ListFlags,
  query: SessionListQuery,
  cells: readonly Cell[],
): Promise<void> {
  const { out, io } = context
  const { items, totalCount } = await readAll(context, query)
  if (flags.watch && !out.isJson && io.stdout.isTTY) io.stdout.write('\u001B[H\u001B[2J')
  if (out.isJson) return out.json({ items, total_count: totalCount })
  if (flags.idOnly) return out.text(items.map((item) => text(item.id)).join('\n'))
  if (flags.nameOnly) return out.text(items.map((item) => text(item.name)).join('\n'))
  if (items.length === 0) return out.info(emptyText(flags))
  const shown = cells.filter(({ field }) => field !== 'status_info' || items.some((item) => item.status_info))
  const now = io.now()
  out.table(
    shown.map(({ column }) => column),
    items.map((item) => shown.map((cell) => cell.show(item, now))),
    { isPaged: !flags.watch, hasTitles: !flags.plain },
  )
  const rest = totalCount - (query.offset ?? 0) - items.length
  if (rest > 0) out.info(`${rest} more; --limit and --offset show them.`)
}

const emptyText = (flags: ListFlags): string =>
  flags.all || flags.dead || flags.status || flags.filter
    ? 'There are no such sessions.'
    : 'There are no compute sessions running.'

async function readAll(
  context: CommandContext,
  query: SessionListQuery,
): Promise<{ items: SessionItem[]; totalCount: number }> {
  const client = await context.client()
  const wanted = query.limit ?? PAGE
  const items: SessionItem[] = []
  while (true) {
    const limit = Math.min(PAGE, wanted - items.length)
    const offset = (query.offset ?? 0) + items.length
    const page = await client.sessions.list({ ...query, limit, offset }, context.signal)
    items.push(...page.items)
    const isOver =
      page.items.length === 0 || items.length >= wanted || offset + page.items.length >= page.totalCount
    if (isOver) return { items, totalCount: page.totalCount }
  }
}

/** Changes come in bursts: a session's start alone is six events. */
const SETTLE_MS = 200

async function watch(context: CommandContext, refresh: () => Promise<void>): Promise<void> {
  const { io, signal } = context
  const client = await context.client()
  const failure = new AbortController()
  const either = AbortSignal.any([signal, failure.signal])
  let isDue = false
  const refreshSoon = async (): Promise<void> => {
    isDue = true
    await io.sleep(SETTLE_MS, either)
    isDue = false
    await refresh()
  }
  for await (const _ of await client.sessions.events({}, { signal: either })) {
    if (!isDue) refreshSoon().catch((error: unknown) => failure.abort(error))
  }
  if (either.aborted) throw either.reason
}

function statusesOf(flags: ListFlags): readonly SessionStatus[] {
  if (flags.status?.toUpperCase() === 'ALL') return SESSION_STATUSES
  if (flags.status) return splitList(flags.status).map(statusOf)
  if (flags.all) return SESSION_STATUSES
  if (flags.running) return RUNNING
  return flags.dead ? DEAD : LISTED
}

function statusOf(word: string): SessionStatus {
  const status = SESSION_STATUSES.find((each) => each === word.toUpperCase())
  if (status) return status
  throw usageError(`--status: there is no status "${word}".`, `Statuses: ${SESSION_STATUSES.join(', ')}`)
}

function cellsOf(flags: ListFlags): readonly Cell[] {
  if (flags.idOnly) return [plain('id', { title: 'ID' })]
  if (flags.nameOnly) return [plain('name', { title: 'NAME' })]
  if (flags.format) return splitList(flags.format).map(cellOf)
  return flags.detail ? DETAIL : BRIEF
}

/** Names that the documentation uses for fields of the schema. */
const RENAMED: Record<string, string> = { last_updated: 'status_changed', occupied_slots: 'occupying_slots' }

function cellOf(word: string): Cell {
  const field = RENAMED[word] ?? word
  if (!/^[a-z_]+$/.test(field)) throw usageError(`--format: "${word}" is no field.`)
  return plain(field, { title: field.toUpperCase(), min: 8 })
}

const jsonFields = (flags: ListFlags, cells: readonly Cell[]): readonly string[] =>
  flags.format || flags.detail || flags.idOnly || flags.nameOnly
    ? cells.map(({ field }) => field)
    : SESSION_FIELDS

function count(value: string, option: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw usageError(`${option} takes a number.`)
}
