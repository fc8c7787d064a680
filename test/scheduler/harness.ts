import { schedulerFifo } from '../../plugins/scheduler-fifo/index.ts'
import { INFINITE } from '../../src/core/amount.ts'
import type {
  AgentView,
  KernelRequest,
  KeypairAccount,
  PendingSession,
  Plan,
  SchedulingPolicy,
  Snapshot,
} from '../../src/core/scheduling.ts'
import { type Slots, slotsFromJson, sumSlots } from '../../src/core/slots.ts'
import { schedule } from '../../src/scheduler/schedule.ts'

export const slots = (text: string): Slots =>
  slotsFromJson(Object.fromEntries(text.split(' ').map((part) => part.split('=') as [string, string])))

export const agent = (
  id: string,
  available = 'cpu=4 mem=4096',
  change: Partial<AgentView> = {},
): AgentView => ({
  id,
  scalingGroup: 'default',
  architecture: 'x86_64',
  backend: 'docker',
  alive: true,
  schedulable: true,
  available: slots(available),
  occupied: new Map(),
  containers: 0,
  images: new Set(['python@x86_64']),
  ...change,
})

export const kernel = (
  id: string,
  want = 'cpu=1 mem=256',
  change: Partial<KernelRequest> = {},
): KernelRequest => ({
  id,
  image: 'python',
  architecture: 'x86_64',
  imageIsLocal: true,
  slots: slots(want),
  designatedAgent: null,
  ...change,
})

export function session(
  id: string,
  kernels: readonly KernelRequest[] = [kernel(`${id}-main`)],
  change: Partial<PendingSession> = {},
): PendingSession {
  return {
    id,
    name: id,
    type: 'interactive',
    clusterMode: 'single-node',
    accessKey: 'AK',
    userUuid: 'user',
    groupId: 'project',
    domainName: 'default',
    scalingGroup: 'default',
    priority: 10,
    createdAt: 0,
    startsAt: null,
    retries: 0,
    requested: kernels.reduce((sum, one) => sumSlots(sum, one.slots), new Map() as Slots),
    kernels,
    dependencies: [],
    ...change,
  }
}

export const keypair = (change: Partial<KeypairAccount> = {}): KeypairAccount => ({
  limit: new Map([
    ['cpu', INFINITE],
    ['mem', INFINITE],
  ]),
  used: new Map(),
  sessions: 0,
  systemSessions: 0,
  maxSessions: 0,
  maxSystemSessions: 0,
  ...change,
})

export const snapshot = (
  agents: readonly AgentView[],
  pending: readonly PendingSession[],
  change: Partial<Snapshot> = {},
): Snapshot => ({
  now: 1_000_000,
  groups: [{ name: 'default', strategy: 'dispersed', pendingTimeoutMs: 0 }],
  agents,
  pending,
  active: [],
  keypairs: new Map([['AK', keypair()]]),
  users: new Map(),
  projects: new Map(),
  domains: new Map(),
  maxContainersPerAgent: null,
  slotPriority: ['cuda', 'rocm', 'tpu', 'cpu', 'mem'],
  ...change,
})

export const plan = (input: Snapshot, policy: SchedulingPolicy = schedulerFifo.configure({})): Plan =>
  schedule(input, () => policy)

/** `s1>a1 s2>a1,a2` and `s3!no-available-instances:resources`, in order. */
export const summary = (result: Plan): string[] => [
  ...result.placements.map((one) => `${one.sessionId}>${one.assignments.map((a) => a.agentId).join(',')}`),
  ...result.unplaced.map((one) => `${one.sessionId}!${one.cause}:${one.failed.map((c) => c.name).join(',')}`),
  ...result.expired.map((id) => `${id}!expired`),
]
