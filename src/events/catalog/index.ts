import type { EventKind } from '../define.ts'
import * as backgroundTask from './background-task.ts'
import * as cluster from './cluster.ts'
import { kernelEvents, sessionEvents } from './session.ts'

const all: readonly EventKind[] = [
  ...Object.values(backgroundTask),
  ...Object.values(cluster),
  ...Object.values(sessionEvents),
  ...Object.values(kernelEvents),
]

/** Every kind of event that the product knows, by its name on the wire. */
export const eventKinds: ReadonlyMap<string, EventKind> = new Map(all.map((kind) => [kind.name, kind]))
