import type { ManagerPorts } from '../context.ts'
import type { Dispatched } from '../services/dispatched.ts'
import type { Signals } from '../services/signals.ts'

export interface LoopContext {
  ports: ManagerPorts
  signals: Signals
  dispatched: Dispatched
}
