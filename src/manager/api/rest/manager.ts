import { count, eq, inArray } from 'drizzle-orm'
import * as v from 'valibot'
import { flag } from '../../../api/fields.ts'
import { Problem } from '../../../core/problem.ts'
import { OCCUPYING_KERNEL_STATUSES } from '../../../core/status.ts'
import { doPrepare, doSchedule, doTerminate } from '../../../events/catalog/cluster.ts'
import type { ManagerPorts } from '../../context.ts'
import { livingManagers, MANAGER_TIMEOUT_MS, type ManagerNode } from '../../services/manager-nodes.ts'
import { json, noContent } from '../answer.ts'
import type { ManagerStatus } from '../manager-status.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANNOUNCED_API_VERSION } from '../version.ts'

export interface ManagerFacts {
  /** Host and port as `GET /manager/status` shows them. */
  serviceAddress: () => string
  ownVersion: string
  /** Ends every live session, for `freeze --force-kill`. */
  endAllSessions: () => Promise<void>
}

const ANNOUNCEMENT = 'manager/announcement'
const TRIGGERS = { do_schedule: doSchedule, do_prepare: doPrepare, do_terminate: doTerminate } as const

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'bus' | 'managerId' | 'clock'>

/** State of the manager itself: freezing, the announcement, the scheduler. */
export function managerRoutes(ports: Ports, status: ManagerStatus, facts: ManagerFacts): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/manager/status',
      summary: 'Show the state of all managers',
      auth: 'anonymous',
      handler: async () => json(await statusReport(ports, status, facts)),
    }),
    defineRoute({
      method: 'PUT',
      path: '/manager/status',
      summary: 'Freeze or resume the manager',
      auth: 'superadmin',
      params: v.object({
        status: v.picklist(['running', 'frozen']),
        force_kill: v.optional(v.nullable(flag), false),
      }),
      handler: async ({ params }) => {
        await status.set(params.status)
        if (params.status === 'frozen' && params.force_kill) await facts.endAllSessions()
        return noContent()
      },
    }),
    ...announcementRoutes(ports),
    ...schedulerRoutes(ports),
  ]
}

async function statusReport({ store, clock, managerId }: Ports, status: ManagerStatus, facts: ManagerFacts) {
  const { kernels } = store.tables
  const [row] = await store.db
    .select({ n: count() })
    .from(kernels)
    .where(inArray(kernels.status, OCCUPYING_KERNEL_STATUSES))
  const activeSessions = row?.n ?? 0
  const state = await status.get()
  const self: ManagerNode = { id: managerId, address: facts.serviceAddress(), version: facts.ownVersion }
  const others = (await livingManagers(store, clock)).filter(({ id }) => id !== managerId)
  return {
    status: state,
    active_sessions: activeSessions,
    nodes: [self, ...others].map(({ id, address, version }) => ({
      id,
      num_proc: 1,
      service_addr: address,
      heartbeat_timeout: MANAGER_TIMEOUT_MS / 1000,
      ssl_enabled: false,
      active_sessions: activeSessions,
      status: state,
      version,
      api_version: ANNOUNCED_API_VERSION,
    })),
  }
}

const announcementRoutes = ({ config }: Ports): Route[] => [
  defineRoute({
    method: 'GET',
    path: '/manager/announcement',
    summary: 'Show the announcement',
    auth: 'anonymous',
    handler: async () => {
      const message = await config.get(ANNOUNCEMENT)
      return json({ enabled: message !== null, message: message ?? '' })
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/manager/announcement',
    summary: 'Set or remove the announcement',
    auth: 'superadmin',
    params: v.object({
      enabled: v.optional(flag, false),
      message: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(65_536))), null),
    }),
    handler: async ({ params: { enabled, message } }) => {
      if (!enabled) {
        await config.delete(ANNOUNCEMENT, { prefix: false })
        return noContent()
      }
      if (!message) {
        throw new Problem('invalid-api-params', {
          msg: 'An announcement that is shown needs a message.',
          data: { message: 'empty' },
        })
      }
      await config.set(ANNOUNCEMENT, message)
      return noContent()
    },
  }),
]

const schedulerRoutes = ({ store, bus, managerId }: Ports): Route[] => [
  defineRoute({
    method: 'POST',
    path: '/manager/scheduler/operation',
    summary: 'Include agents in scheduling or exclude them',
    auth: 'superadmin',
    params: v.object({
      op: v.picklist(['include-agents', 'exclude-agents']),
      args: v.pipe(v.array(v.string()), v.minLength(1, 'expected the ids of agents')),
    }),
    handler: async ({ params: { op, args } }) => {
      const { agents } = store.tables
      const missing = await store.tx(async (tx) => {
        const changed = await tx
          .update(agents)
          .set({ schedulable: op === 'include-agents' })
          .where(inArray(agents.id, args))
          .returning({ id: agents.id })
        const known = new Set(changed.map(({ id }) => id))
        return args.filter((id) => !known.has(id))
      })
      if (missing.length === args.length) {
        throw new Problem('object-not-found', { title: 'No such agent instance.', data: { agents: missing } })
      }
      await bus.publish(doSchedule, {}, { source: `${managerId}-api` })
      return noContent()
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/manager/scheduler/trigger',
    summary: 'Trigger a scheduling step',
    auth: 'superadmin',
    params: v.object({ event: v.picklist(['do_schedule', 'do_prepare', 'do_terminate']) }),
    handler: async ({ params: { event } }) => {
      await bus.publish(TRIGGERS[event], {}, { source: `${managerId}-api` })
      return noContent()
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/manager/scheduler/status',
    summary: 'Show pending sessions and scheduler loops',
    auth: 'superadmin',
    handler: async () => {
      const { leases, sessions } = store.tables
      const held = await store.db.select().from(leases)
      const [pending] = await store.db
        .select({ n: count() })
        .from(sessions)
        .where(eq(sessions.status, 'PENDING'))
      return json({
        pending_sessions: pending?.n ?? 0,
        loops: held.map(({ name, holder, epoch, expiresAt }) => ({
          name,
          holder,
          epoch,
          expires_at: expiresAt.toISOString(),
        })),
      })
    },
  }),
]
