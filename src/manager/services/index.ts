import type { ManagerPorts } from '../context.ts'
import { type AgentServices, createAgentServices } from './agents.ts'
import { type CachedConfig, createCachedConfig } from './cached-config.ts'
import { type Counters, createCounters } from './counters.ts'
import { createDispatched, type Dispatched } from './dispatched.ts'
import { createMountResolver } from './folders/resolve-mounts.ts'
import type { SessionContext } from './sessions/context.ts'
import { createSignals, type Signals } from './signals.ts'
import { createWaiters, type Waiters } from './waiters.ts'

/** Everything about sessions that routes and loops share; one per manager process. */
export interface SessionServices extends SessionContext {
  readonly signals: Signals
  readonly waiters: Waiters
  readonly dispatched: Dispatched
  readonly counters: Counters
  readonly agents: AgentServices
  readonly config: CachedConfig
}

export interface SessionServiceOptions {
  /** Random UUIDs by default. */
  newId?: () => string
}

export function createSessionServices(
  outer: ManagerPorts,
  options: SessionServiceOptions = {},
): SessionServices {
  const config = createCachedConfig(outer)
  const ports = { ...outer, config }
  const newId = options.newId ?? (() => crypto.randomUUID())
  const signals = createSignals(ports)
  const dispatched = createDispatched()
  return {
    ports,
    config,
    newId,
    resolveMounts: createMountResolver(ports),
    signals,
    dispatched,
    waiters: createWaiters(ports),
    counters: createCounters(ports),
    agents: createAgentServices({ ports, signals, dispatched, newId }),
  }
}
