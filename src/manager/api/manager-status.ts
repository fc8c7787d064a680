import type { SharedConfig } from '../../config/shared.ts'
import type { EventBus } from '../../events/bus.ts'
import { configChanged } from '../../events/catalog/cluster.ts'
import type { Clock } from '../../lib/clock.ts'

export type ManagerState = 'running' | 'frozen'

export interface ManagerStatus extends AsyncDisposable {
  get(): Promise<ManagerState>
  set(state: ManagerState): Promise<void>
}

const KEY = 'manager/status'
const TTL_MS = 5000

/** Asks the setting itself. Anything but frozen serves: a cluster that was never told otherwise runs. */
export const readManagerState = async (config: SharedConfig): Promise<ManagerState> =>
  (await config.get(KEY)) === 'frozen' ? 'frozen' : 'running'

/** Whether the cluster is frozen; remembered for seconds, forgotten when a setting changes anywhere. */
export async function createManagerStatus(
  config: SharedConfig,
  bus: EventBus,
  clock: Clock,
): Promise<ManagerStatus> {
  let known: { state: ManagerState; until: number } | null = null
  const subscription = await bus.subscribe([configChanged], () => {
    known = null
  })
  return {
    async get() {
      if (known && known.until > clock.now()) return known.state
      const state = await readManagerState(config)
      known = { state, until: clock.now() + TTL_MS }
      return state
    },
    async set(state) {
      await config.set(KEY, state)
      known = null
    },
    [Symbol.asyncDispose]: async () => {
      await subscription[Symbol.asyncDispose]()
    },
  }
}
