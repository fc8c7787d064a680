import { type Command, InvalidArgumentError, Option } from 'commander'
import type { AuditLogEntry, AuditLogQuery } from '../../client/admin/audit-logs.ts'
import { csvRow } from '../../core/csv.ts'
import type { Cell } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { count } from '../admin/option-values.ts'
import { showList } from '../admin/show-list.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

interface AuditFlags {
  user?: string
  key?: string
  domain?: string
  operation?: string
  entity?: string
  entityId?: string
  result?: AuditLogEntry['result']
  address?: string
  requestId?: string
  since?: string
  until?: string
  limit?: number
}

const CELLS: readonly Cell<AuditLogEntry>[] = [
  { title: 'TIME', show: (entry) => entry.created_at },
  { title: 'WHO', show: (entry) => entry.email ?? '' },
  { title: 'FROM', show: (entry) => entry.client_address },
  { title: 'OPERATION', show: (entry) => entry.operation },
  { title: 'WHAT', show: (entry) => [entry.entity_type, entry.entity_id].filter(Boolean).join(' ') },
  { title: 'RESULT', show: (entry) => `${entry.result} ${entry.status}` },
]

const COLUMNS = [
  'created_at',
  'email',
  'user_uuid',
  'role',
  'domain_name',
  'access_key',
  'client_address',
  'operation',
  'entity_type',
  'entity_id',
  'result',
  'status',
  'description',
  'duration_ms',
  'request_id',
  'id',
] as const satisfies readonly (keyof AuditLogEntry)[]

export const defineAdminAuditLog: Define = (parent, bind) => {
  const group = commandGroup(parent, {
    name: 'audit-log',
    summary: 'who changed what, when and from where',
    examples: ['admin audit-log list --user me@example.com', 'admin audit-log export > audit.csv'],
  })

  addFilters(
    subcommand(group, {
      name: 'list',
      summary: 'list changes and logins, the newest first',
      examples: [
        'admin audit-log list --result denied',
        'admin audit-log list --entity vfolder --since 2026-11-01',
      ],
    }),
  )
    .option('--limit <COUNT>', 'at most this many', count, 50)
    .action(
      bind<AuditFlags>(async ({ context, options }) => {
        const { auditLogs } = await context.client()
        const entries: AuditLogEntry[] = []
        for await (const page of auditLogs.pages(
          { ...queryOf(options), limit: options.limit },
          context.signal,
        )) {
          entries.push(...page)
        }
        return showList(context, entries, { cells: CELLS, none: 'Nothing of that kind has happened.' })
      }),
    )

  addFilters(
    subcommand(group, {
      name: 'export',
      summary: 'print all of them as CSV (with --json: one object per line)',
      examples: [
        'admin audit-log export > audit.csv',
        'admin audit-log export --since 2026-11-01 --until 2026-12-01',
      ],
    }),
  )
    .option('--limit <COUNT>', 'at most this many; all by default', count)
    .action(
      bind<AuditFlags>(async ({ context, options }) => {
        const { out } = context
        const { auditLogs } = await context.client()
        if (!out.isJson) out.text(csvRow(COLUMNS))
        let exported = 0
        for await (const page of auditLogs.pages(
          { ...queryOf(options), limit: options.limit },
          context.signal,
        )) {
          exported += page.length
          for (const entry of page) {
            if (out.isJson) out.json(entry)
            else out.text(csvRow(COLUMNS.map((column) => entry[column])))
          }
        }
        out.done(`${exported} entries.`)
        return EXIT.ok
      }),
    )
}

const addFilters = (command: Command): Command =>
  command
    .option('--user <EMAIL>', 'who did it')
    .option('--key <ACCESS_KEY>', 'with which key')
    .option('--domain <NAME>', 'of which domain they are')
    .option('--operation <NAME>', 'such as "POST /session" or "mutation modify_user"')
    .option('--entity <TYPE>', 'what kind of thing: session, vfolder, user, …')
    .option('--entity-id <ID>', 'which one')
    .addOption(new Option('--result <RESULT>', 'what came of it').choices(['success', 'denied', 'error']))
    .option('--address <IP>', 'from where')
    .option('--request-id <ID>', 'in which request')
    .option('--since <TIME>', 'from this time on: 2026-11-21 or 2026-11-21T08:00:00Z', time)
    .option('--until <TIME>', 'before this time', time)

function queryOf(flags: AuditFlags): AuditLogQuery {
  return {
    email: flags.user,
    accessKey: flags.key,
    domain: flags.domain,
    operation: flags.operation,
    entityType: flags.entity,
    entityId: flags.entityId,
    result: flags.result,
    clientAddress: flags.address,
    requestId: flags.requestId,
    since: flags.since,
    until: flags.until,
  }
}

function time(text: string): string {
  const date = new Date(text)
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Expected a time such as 2026-11-21T08:00:00Z.')
  return date.toISOString()
}
