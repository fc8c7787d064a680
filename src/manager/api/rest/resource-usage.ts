import * as v from 'valibot'
import { uuid } from '../../../api/fields.ts'
import { Problem } from '../../../core/problem.ts'
import type { ManagerPorts } from '../../context.ts'
import { binnedStats } from '../../services/usage-reports/binned-stats.ts'
import { type Day, usageReport } from '../../services/usage-reports/usage-report.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const MAX_DAYS = 100

const digits = (length: number, example: string) =>
  v.pipe(
    v.union([v.string(), v.number()], 'missing'),
    v.transform(String),
    v.regex(new RegExp(`^\\d{${length}}$`), `expected ${example}`),
  )
const projects = v.optional(
  v.nullable(
    v.pipe(
      v.union([v.array(v.string()), v.string()]),
      v.transform((given) => (typeof given === 'string' ? given.split(',') : given)),
      v.array(uuid),
    ),
  ),
  null,
)
const month = v.pipe(
  digits(6, 'a month such as 202006'),
  v.transform((text): Day => ({ year: Number(text.slice(0, 4)), month: Number(text.slice(4)), day: 1 })),
  v.check((day) => day.month >= 1 && day.month <= 12, 'there is no such month'),
)
const day = v.pipe(
  digits(8, 'a day such as 20200630'),
  v.transform(
    (text): Day => ({
      year: Number(text.slice(0, 4)),
      month: Number(text.slice(4, 6)),
      day: Number(text.slice(6)),
    }),
  ),
  v.check((given) => new Date(dayNumber(given)).getUTCDate() === given.day, 'there is no such day'),
  v.check((given) => given.month >= 1 && given.month <= 12, 'there is no such day'),
)

const dayNumber = (given: Day): number => Date.UTC(given.year, given.month - 1, given.day)

/** What ended sessions have used (client-wire.md §2.8). */
export function resourceUsageRoutes(
  ports: Pick<ManagerPorts, 'store' | 'config' | 'clock'>,
): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/resource/usage/month',
      summary: 'Report the usage of a month',
      auth: 'superadmin',
      params: v.object({ month, group_ids: projects }),
      handler: async ({ params }) => {
        const from = params.month
        const to =
          from.month === 12 ? { ...from, year: from.year + 1, month: 1 } : { ...from, month: from.month + 1 }
        return json(await usageReport(ports, from, to, params.group_ids))
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/resource/usage/period',
      summary: 'Report the usage of a period',
      auth: 'superadmin',
      params: v.pipe(
        v.object({
          group_id: v.optional(v.nullable(uuid), null),
          project_id: v.optional(v.nullable(uuid), null),
          start_date: day,
          end_date: day,
        }),
      ),
      handler: async ({ params }) => {
        const { start_date: from, end_date: last } = params
        const days = (dayNumber(last) - dayNumber(from)) / 86_400_000 + 1
        if (days < 1) throw invalid('end_date', 'The period ends before it begins.')
        if (days > MAX_DAYS) throw invalid('end_date', `A period has at most ${MAX_DAYS} days.`)
        const group = params.group_id ?? params.project_id
        return json(await usageReport(ports, from, dayAfter(last), group === null ? null : [group]))
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/resource/stats/user/month',
      summary: 'Show your own usage over the past month',
      auth: 'user',
      handler: async ({ requester }) => json(await binnedStats(ports, requester.userUuid)),
    }),
    defineRoute({
      method: 'GET',
      path: '/resource/stats/admin/month',
      summary: 'Show the usage of all users over the past month',
      auth: 'superadmin',
      handler: async () => json(await binnedStats(ports, null)),
    }),
  ]
}

const invalid = (field: string, msg: string) =>
  new Problem('invalid-api-params', { msg, data: { [field]: msg } })

function dayAfter(given: Day): Day {
  const next = new Date(dayNumber(given) + 86_400_000)
  return { year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate() }
}
