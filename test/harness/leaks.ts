import Docker from 'dockerode'
import { type AgentFiles, agentFiles, entriesOf, noteOf } from './agent-files.ts'
import { engineAddress } from './engine-address.ts'
import { listeningPorts, listeningSockets, seenProcesses } from './proc-view.ts'
import type { Shape } from './shapes.ts'
import { openStoreReader, type StoreReader } from './store-reader.ts'

/** Something that a session took and nobody gave back. */
export interface Leak {
  kind:
    | 'process'
    | 'control group'
    | 'container'
    | 'network'
    | 'scratch directory'
    | 'link directory'
    | 'kernel record'
    | 'report'
    | 'port'
    | 'socket'
    | 'session row'
    | 'kernel row'
    | 'event'
  what: string
}

type Place = Pick<Shape, 'dataDirs' | 'store' | 'dockerHost' | 'kernelPorts'>

export interface LeakOptions {
  /** Kernels that live on purpose. */
  living?: Iterable<string>
  /** Users' processes that may be left carry one of these texts in their command line. */
  marks?: Iterable<string>
}

/** Counts from outside what is left of sessions: nothing here asks the product. */
export interface LeakCounter extends AsyncDisposable {
  readonly store: StoreReader
  readonly files: AgentFiles
  /** What is there at this moment. */
  count(options?: LeakOptions): Promise<Leak[]>
  /** What is still there after `limitMs`; returns as soon as nothing is. */
  settle(options?: LeakOptions & { limitMs?: number }): Promise<Leak[]>
}

const SESSION_OVER = ['TERMINATED', 'CANCELLED']
const KERNEL_OVER = ['TERMINATED', 'CANCELLED', 'ERROR']
const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/

export function createLeakCounter(place: Place): LeakCounter {
  const store = openStoreReader(place.store)
  const files = agentFiles(place.dataDirs.agent)
  const engine = place.dockerHost === null ? null : engineOf(place.dockerHost)

  const count = async ({ living = [], marks = [] }: LeakOptions = {}): Promise<Leak[]> => {
    const alive = new Set(living)
    const kernels = await store.kernels()
    const known = new Set([...kernels.map(({ id }) => id), ...entriesOf(files.scratches)])
    const sought = [...known].filter((id) => !alive.has(id))
    const sessions = await store.sessions()
    const rows = rowLeaks(kernels, sessions, alive)
    const events = await store.untoldEvents()
    return [
      ...rows,
      ...(events > 0 ? [{ kind: 'event' as const, what: `${events} untold` }] : []),
      ...fileLeaks(files, alive),
      ...processLeaks(sought, [...marks]),
      ...groupLeaks(new Set(sought)),
      ...socketLeaks(place, files, alive),
      ...(engine ? await containerLeaks(engine, new Set(sought)) : []),
      ...(engine ? await networkLeaks(engine, new Set(sessions.map(({ id }) => id))) : []),
    ]
  }

  return {
    store,
    files,
    count,
    async settle({ limitMs = 10_000, ...options } = {}) {
      const deadline = performance.now() + limitMs
      for (;;) {
        const leaks = await count(options)
        if (leaks.length === 0 || performance.now() > deadline) return leaks
        await Bun.sleep(20)
      }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

function rowLeaks(
  kernels: readonly { id: string; sessionId: string; status: string }[],
  sessions: readonly { id: string; name: string; status: string }[],
  alive: ReadonlySet<string>,
): Leak[] {
  const ofLiving = new Set(kernels.filter(({ id }) => alive.has(id)).map(({ sessionId }) => sessionId))
  return [
    ...sessions
      .filter(({ id, status }) => !SESSION_OVER.includes(status) && !ofLiving.has(id))
      .map(({ id, name, status }): Leak => ({ kind: 'session row', what: `${id} ${name} ${status}` })),
    ...kernels
      .filter(({ id, status }) => !KERNEL_OVER.includes(status) && !alive.has(id))
      .map(({ id, status }): Leak => ({ kind: 'kernel row', what: `${id} ${status}` })),
  ]
}

function fileLeaks(files: AgentFiles, alive: ReadonlySet<string>): Leak[] {
  const left = (kind: Leak['kind'], folder: string): Leak[] =>
    entriesOf(folder)
      .filter((name) => !alive.has(ID.exec(name)?.[0] ?? name))
      .map((name) => ({ kind, what: `${folder}/${name}` }))
  return [
    ...left('scratch directory', files.scratches),
    ...files.links.flatMap((folder) => left('link directory', folder)),
    ...left('container', files.containers),
    ...left('kernel record', files.records),
    ...left('report', files.reports),
  ]
}

function processLeaks(kernelIds: readonly string[], marks: readonly string[]): Leak[] {
  const sought = new Set(kernelIds)
  return seenProcesses()
    .filter(({ command, environ, cwd }) => {
      const owner = /BACKENDAI_(?:RUNNER_)?KERNEL_ID=([0-9a-f-]{36})/.exec(environ)?.[1]
      const place = ID.exec(cwd)?.[0]
      if (owner !== undefined && sought.has(owner)) return true
      return (place !== undefined && sought.has(place)) || marks.some((mark) => command.includes(mark))
    })
    .map(({ pid, uid, command }) => ({ kind: 'process', what: `${pid} of user ${uid}: ${command}` }))
}

const GROUP_ROOTS = ['', 'memory/', 'cpuacct/', 'pids/'].map((part) => `/sys/fs/cgroup/${part}backendai`)

const groupLeaks = (sought: ReadonlySet<string>): Leak[] =>
  GROUP_ROOTS.flatMap((root) =>
    entriesOf(root)
      .filter((name) => sought.has(ID.exec(name)?.[0] ?? ''))
      .map((name): Leak => ({ kind: 'control group', what: `${root}/${name}` })),
  )

function socketLeaks({ kernelPorts }: Place, files: AgentFiles, alive: ReadonlySet<string>): Leak[] {
  const [first, last] = kernelPorts
  const lent = new Set([...alive].flatMap((id) => noteOf(files, id)?.hostPorts ?? []))
  const ports = listeningPorts().filter((port) => port >= first && port <= last && !lent.has(port))
  const sockets = listeningSockets().filter(
    (path) =>
      files.links.some((folder) => path.startsWith(`${folder}/`)) && !alive.has(ID.exec(path)?.[0] ?? ''),
  )
  return [
    ...ports.map((port): Leak => ({ kind: 'port', what: String(port) })),
    ...sockets.map((path): Leak => ({ kind: 'socket', what: path })),
  ]
}

function engineOf(host: string): Docker {
  const { socketPath, url } = engineAddress(host)
  if (socketPath !== null) return new Docker({ socketPath })
  return new Docker({ host: new URL(url).hostname, port: new URL(url).port })
}

async function containerLeaks(engine: Docker, sought: ReadonlySet<string>): Promise<Leak[]> {
  const found = await engine.listContainers({ all: true, filters: { label: ['ai.backend.kernel-id'] } })
  return found
    .filter(({ Labels }) => sought.has(Labels['ai.backend.kernel-id'] ?? ''))
    .map(({ Names, State }): Leak => ({ kind: 'container', what: `${Names.join(' ')} ${State}` }))
}

/** Only sessions of several kernels have one; its name ends with the session's id. */
async function networkLeaks(engine: Docker, sessions: ReadonlySet<string>): Promise<Leak[]> {
  const found = await engine.listNetworks({ filters: { label: ['ai.backend.cluster-network'] } })
  return found
    .filter(({ Name }) => sessions.has(ID.exec(Name)?.[0] ?? ''))
    .map(({ Name }): Leak => ({ kind: 'network', what: Name }))
}
