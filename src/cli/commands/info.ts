import type { SessionItem } from '../../client/session-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { findSession } from '../session/find-session.ts'
import { unknownSession } from '../session/known-session.ts'
import { jsonObject, slotsText } from '../sizes.ts'
import { ago } from '../times.ts'

export const defineInfo: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'info',
    summary: 'show everything about a session',
    examples: ['info mysession'],
  })
    .argument('<SESSION>', 'name or id, of a living or an ended session')
    .action(
      bind(async ({ context, args }) => {
        const name = args[0] ?? ''
        const item = await findSession(context, name)
        if (!item) throw await unknownSession(context, name)
        if (context.out.isJson) context.out.json(item)
        else print(context, item)
        return EXIT.ok
      }),
    )
}

function print({ out, io }: CommandContext, item: SessionItem): void {
  const now = io.now()
  const time = (value: unknown): string => (value ? `${String(value)} (${ago(value, now)})` : '')
  const fields: [string, unknown][] = [
    ['Name', item.name],
    ['Id', item.id],
    ['Image', item.image],
    ['Type', item.type],
    ['Project', item.group_name],
    ['Tag', item.tag],
    ['Status', item.status],
    ['Reason', item.status_info],
    ['Result', item.result === 'UNDEFINED' ? '' : item.result],
    ['Created', time(item.created_at)],
    ['Changed', time(item.status_changed)],
    ['Ended', time(item.terminated_at)],
    ['Resources', slotsText(item.occupying_slots)],
    ['Details', detailText(item.status_data)],
  ]
  out.fields(fields.filter(([, value]) => value).map(([name, value]) => [name, String(value)]))
  const containers = Array.isArray(item.containers) ? (item.containers as SessionItem[]) : []
  if (containers.length === 0) return
  out.text('')
  out.text('\nContainers')
  out.table(
    [
      { title: 'ROLE' },
      { title: 'STATUS' },
      { title: 'AGENT', min: 8 },
      { title: 'CONTAINER', min: 12 },
      { title: 'RESOURCES', min: 10 },
    ],
    containers.map((each) => [
      `${each.cluster_role}${each.cluster_idx}`,
      String(each.status ?? ''),
      String(each.agent ?? ''),
      String(each.container_id ?? '').slice(0, 12),
      slotsText(each.occupied_slots),
    ]),
  )
}

function detailText(json: unknown): string {
  const details = jsonObject(json)
  return Object.keys(details).length === 0 ? '' : JSON.stringify(details, null, 2)
}
