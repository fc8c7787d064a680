import { doPrepare, doSchedule, doTerminate } from '../../events/catalog/cluster.ts'
import type { ManagerPorts } from '../context.ts'

const KINDS = { schedule: doSchedule, prepare: doPrepare, terminate: doTerminate }
export type SignalName = keyof typeof KINDS

/** Wakes the loops: those of this process at once, those of other managers over the event bus. */
export interface Signals {
  raise(name: SignalName): void
  on(name: SignalName, handler: () => void): void
  /** Begins to hear the other managers. */
  connect(): Promise<AsyncDisposable>
}

export function createSignals(ports: Pick<ManagerPorts, 'bus' | 'managerId' | 'log'>): Signals {
  const handlers: Record<SignalName, (() => void)[]> = { schedule: [], prepare: [], terminate: [] }
  const run = (name: SignalName) => {
    for (const handler of handlers[name]) handler()
  }
  return {
    raise(name) {
      run(name)
      ports.bus.publish(KINDS[name], {}, { source: ports.managerId }).catch((error) => {
        // The loops' own timers make up for a lost signal.
        ports.log.warn({ err: error, signal: name }, 'signal to other managers not sent')
      })
    },
    on(name, handler) {
      handlers[name].push(handler)
    },
    connect: () =>
      ports.bus.subscribe(Object.values(KINDS), (event) => {
        if (event.source === ports.managerId) return
        for (const [name, kind] of Object.entries(KINDS)) {
          if (kind.name === event.name) run(name as SignalName)
        }
      }),
  }
}
