import type Docker from 'dockerode'
import { type AgentFiles, entriesOf, noteOf } from '../harness/agent-files.ts'
import type { StoreReader } from '../harness/store-reader.ts'

/** The phases of a session's start and end in which processes are killed, in their order. */
export const PHASES = [
  /** The row is there, no agent is chosen. */
  'enqueued',
  /** The manager orders its kernel; the agent has not noted it. */
  'ordered',
  /** The agent has noted it and has no container for it. */
  'accepted',
  /** The container is there; its runner has not been heard, or the manager has not stored it. */
  'created',
  'running',
  /** Its end is ordered; the agent has not noted that. */
  'terminating',
  /** The agent has noted it and the container is still there. */
  'ending',
  /** The container is gone; the manager has not stored it. */
  'removed',
] as const
/** Not one of every session's phases: it is aimed at only when asked for. */
export const RESTARTING = 'restarting'
export type Phase = (typeof PHASES)[number] | typeof RESTARTING

/** A session before its row is written and after its end is stored is in none of them. */
export type Moment = Phase | 'absent' | 'over'

const ORDER: readonly Moment[] = ['absent', ...PHASES, 'over']

export const isPast = (moment: Moment, phase: Phase): boolean =>
  phase !== RESTARTING && ORDER.indexOf(moment) > ORDER.indexOf(phase)
export const isEnding = (phase: Phase): boolean => ['terminating', 'ending', 'removed'].includes(phase)

export interface Sight {
  moment: Moment
  session: { id: string; kernelId: string; status: string; info: string | null } | null
}

export interface Outside {
  store: StoreReader
  files: AgentFiles
  engine: Docker | null
}

/** What can be seen of the newest session of that name by looking at rows, files and containers. */
export async function sightOf(outside: Outside, name: string): Promise<Sight> {
  const row = (await outside.store.named(name)).at(-1)
  if (!row) return { moment: 'absent', session: null }
  const { id, kernelId, status, statusInfo: info } = row
  const session = { id, kernelId, status, info }
  return { moment: await momentOf(outside, kernelId, status), session }
}

async function momentOf(outside: Outside, kernelId: string, status: string): Promise<Moment> {
  switch (status) {
    case 'PENDING':
      return 'enqueued'
    case 'RUNNING':
      return 'running'
    case 'RESTARTING':
      return RESTARTING
    case 'TERMINATED':
    case 'CANCELLED':
    case 'ERROR':
      return 'over'
  }
  const note = noteOf(outside.files, kernelId)
  if (status === 'TERMINATING') {
    if (note && note.endReason === null) return 'terminating'
    return (await hasContainer(outside, kernelId)) ? 'ending' : 'removed'
  }
  if (!note) return 'ordered'
  return (await hasContainer(outside, kernelId)) ? 'created' : 'accepted'
}

async function hasContainer({ engine, files }: Outside, kernelId: string): Promise<boolean> {
  if (!engine) return entriesOf(files.containers).some((name) => name.startsWith(kernelId))
  const filters = { label: [`ai.backend.kernel-id=${kernelId}`] }
  return (await engine.listContainers({ all: true, filters })).length > 0
}
