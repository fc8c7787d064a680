import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { quoteKeyPart } from '../../core/config-tree.ts'
import { isProblemKind, notFound, Problem } from '../../core/problem.ts'
import type { ManagerPorts } from '../context.ts'
import type { AgentRow } from './rows.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config'>

export type WatcherAction = 'start' | 'stop' | 'restart'

const DEFAULT_PORT = 6009
/** The documented default; a cluster that is reachable from elsewhere sets `config/watcher/token`. */
const DEFAULT_TOKEN = 'insecure'
const STATUS_TIMEOUT_MS = 5000
/** Stopping an agent waits for what it is at. */
const ACTION_TIMEOUT_MS = 60_000

/** What the watcher of an agent's node says of it (agent-kernel.md §11). */
export function watcherStatus(ports: Ports, agentId: string, signal: AbortSignal): Promise<unknown> {
  return askWatcher(ports, agentId, { method: 'GET', path: '/', timeoutMs: STATUS_TIMEOUT_MS, signal })
}

/** Starts, stops or restarts an agent through the watcher of its node. */
export function controlAgent(
  ports: Ports,
  agentId: string,
  action: WatcherAction,
  signal: AbortSignal,
): Promise<unknown> {
  const path = `/agent/${action}`
  return askWatcher(ports, agentId, { method: 'POST', path, timeoutMs: ACTION_TIMEOUT_MS, signal })
}

interface Question {
  method: string
  path: string
  timeoutMs: number
  signal: AbortSignal
}

async function askWatcher(ports: Ports, agentId: string, question: Question): Promise<unknown> {
  const { agents } = ports.store.tables
  const [agent] = await ports.store.db.select().from(agents).where(eq(agents.id, agentId))
  if (!agent) throw notFound('agent instance', `There is no agent "${agentId}".`)
  const base = await watcherAddress(ports, agent)
  const token = (await ports.config.get('config/watcher/token')) ?? DEFAULT_TOKEN
  const { answer, body } = await fetched(`${base}${question.path}`, token, question)
  if (answer.ok) return body
  throw refusal(answer.status, body, agentId)
}

async function fetched(url: string, token: string, { method, timeoutMs, signal }: Question) {
  try {
    const answer = await fetch(url, {
      method,
      headers: { 'x-backendai-watcher-token': token },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    return { answer, body: (await answer.json()) as unknown }
  } catch (cause) {
    throw new Problem('service-unavailable', { msg: `The watcher at ${url} does not answer.`, cause })
  }
}

const problemBody = v.object({ error_code: v.string(), title: v.string(), msg: v.optional(v.string()) })

function refusal(status: number, body: unknown, agentId: string): Problem {
  if (status === 403) {
    return new Problem('server-misconfigured', {
      msg: `The watcher of "${agentId}" refuses the token in config/watcher/token.`,
    })
  }
  const said = v.safeParse(problemBody, body)
  if (!said.success) return new Problem('bad-gateway', { msg: `The watcher answered ${status}.` })
  const { error_code: code, title, msg } = said.output
  return new Problem(isProblemKind(code) ? code : 'bad-gateway', { title, ...(msg ? { msg } : {}) })
}

/** The agent's own host; its port where the shared configuration says another than the default. */
async function watcherAddress({ config }: Ports, agent: AgentRow): Promise<string> {
  const own = await config.get(`nodes/agents/${quoteKeyPart(agent.id)}/watcher_port`)
  const port = Number(own ?? (await config.get('config/watcher/port')) ?? DEFAULT_PORT)
  const host = /^[a-z]+:\/\/(\[[^\]]+\]|[^:/]+)/i.exec(agent.addr)?.[1] ?? agent.publicHost
  if (!host || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Problem('server-misconfigured', { msg: `The watcher of "${agent.id}" has no valid address.` })
  }
  return `http://${host}:${port}`
}
