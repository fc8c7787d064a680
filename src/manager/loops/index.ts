import { agentStarted } from '../../events/catalog/cluster.ts'
import { kernelEvents, sessionEvents } from '../../events/catalog/session.ts'
import type { ManagerPorts } from '../context.ts'
import { dropOldAuditLogs } from '../services/audit/drop-old-audit-logs.ts'
import { tendFolders } from '../services/folders/tend-folders.ts'
import type { SessionServices } from '../services/index.ts'
import { tellHooks } from '../services/plugins/tell-hooks.ts'
import { createCallbackLoop, postCallback } from './callbacks.ts'
import { coalesced } from './coalesced.ts'
import { createDetached } from './detached.ts'
import { every } from './every.ts'
import { endHanging } from './hang.ts'
import { createLoopRuns, type LoopRun } from './loop-runs.ts'
import { createPrepareLoop } from './prepare.ts'
import { reportFigures } from './report-figures.ts'
import { dropOldLogs } from './retention.ts'
import { createScheduleLoop } from './schedule.ts'
import { settleStale } from './settle-stale.ts'
import { createTerminateLoop } from './terminate.ts'

/** Milliseconds. */
export interface LoopOptions {
  /** Agents silent for longer are LOST. Default 40 s. */
  heartbeatTimeoutMs: number
  /** How often everything is looked at again without an event. Default 10 s. */
  reconcileMs: number
  /** How often the books are compared with what agents run. Default 60 s. */
  compareMs: number
  /** How often signs of life are written. Default 5 s. */
  flushMs: number
}

const CALLBACK_PAUSE_MS = 100
const FIGURES_MS = 10_000

const DEFAULTS: LoopOptions = {
  heartbeatTimeoutMs: 40_000,
  reconcileMs: 10_000,
  compareMs: 60_000,
  flushMs: 5000,
}

/**
 * Starts everything that drives sessions: the agent link, the loops and their timers. Events make them run at once; the
 * timers find again what a lost event or a killed process left undone.
 */
export async function startLoops(
  outer: ManagerPorts,
  services: SessionServices,
  options: Partial<LoopOptions> = {},
): Promise<AsyncDisposable & { lastRuns(): LoopRun[] }> {
  const settings = { ...DEFAULTS, ...options }
  const { signals, dispatched, waiters, agents, counters } = services
  const log = outer.log.child({ part: 'loops' })
  const ports = { ...outer, config: services.config, log }
  const context = { ports, signals, dispatched }
  const stop = new AbortController()
  await using stack = new AsyncDisposableStack()

  const detached = stack.use(createDetached(log))
  const scheduling = createScheduleLoop(context, stop.signal)
  stack.defer(() => scheduling.release())
  const runs = createLoopRuns(ports.clock)
  const loop = (name: string, run: () => Promise<void>) =>
    stack.use(coalesced(name, log, runs.timed(name, run)))
  const loops = {
    schedule: loop('schedule', scheduling.run),
    prepare: loop('prepare', createPrepareLoop(context, detached).run),
    terminate: loop('terminate', createTerminateLoop(context, detached).run),
  }
  const wakeAll = () => {
    for (const loop of Object.values(loops)) loop.trigger()
  }
  signals.on('schedule', loops.schedule.trigger)
  signals.on('prepare', loops.prepare.trigger)
  signals.on('terminate', loops.terminate.trigger)
  stack.use(await services.config.connect())
  stack.use(await signals.connect())
  stack.use(await waiters.connect())
  stack.use(await tellHooks(ports))
  stack.use(await ports.bus.subscribe([agentStarted], loops.schedule.trigger))
  const callbacks = createCallbackLoop(ports, postCallback, stop.signal)
  const telling = stack.use(
    coalesced('callbacks', log, async () => {
      await callbacks.run()
      // Events come by the thousand: one look at the rows for all of a moment.
      await ports.clock.sleep(CALLBACK_PAUSE_MS, stop.signal).catch(() => {})
    }),
  )
  stack.use(await ports.bus.subscribe(Object.values(sessionEvents), telling.trigger))
  // Resources came free, or a session waits that another manager took in.
  const freed = [sessionEvents.terminated, sessionEvents.cancelled, sessionEvents.enqueued]
  stack.use(await ports.bus.subscribe(freed, loops.schedule.trigger))
  stack.use(await ports.bus.subscribe([kernelEvents.terminated], loops.schedule.trigger))

  const { monitors } = ports.plugins
  const startedAt = ports.clock.now()
  const timer = (name: string, pauseMs: number, task: () => Promise<void> | void) => {
    const onError = (error: unknown) => monitors.captureException(error, { operation: `loop ${name}` })
    const done = every(pauseMs, task, { clock: ports.clock, log, signal: stop.signal, name, onError })
    stack.defer(() => done)
  }
  timer('heartbeats', settings.flushMs, async () => {
    await agents.heartbeats.flush()
    // After a manager's own absence, agents get time to be heard.
    if (ports.clock.now() - startedAt < settings.heartbeatTimeoutMs) return
    await agents.heartbeats.findLost(settings.heartbeatTimeoutMs)
  })
  timer('reconcile', settings.reconcileMs, async () => {
    await settleStale(ports)
    await endHanging(ports, signals)
    await agents.compare('new')
    await waiters.recheck()
    await counters.flush()
    telling.trigger()
    wakeAll()
  })
  timer('compare', settings.compareMs, async () => {
    for (const agentId of ports.agents.connected()) dispatched.forgetAgent(agentId)
    await agents.compare('all')
  })
  timer('retention', 3_600_000, async () => {
    await dropOldLogs(ports)
    await dropOldAuditLogs(ports)
  })
  timer('figures', FIGURES_MS, () => reportFigures(ports))
  timer('folders', settings.compareMs, () => tendFolders(ports, ports.managerId))
  stack.defer(() => stop.abort(new Error('the manager is stopping')))
  await ports.agents.listen(agents.handlers)
  wakeAll()

  const owned = stack.move()
  return {
    lastRuns: runs.list,
    async [Symbol.asyncDispose]() {
      await counters.flush()
      await owned.disposeAsync()
    },
  }
}
