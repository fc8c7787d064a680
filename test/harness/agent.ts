import type { SlotsJson } from '../../src/core/slots.ts'
import {
  AgentCallError,
  type AgentLink,
  type AgentLinkHandlers,
  type AgentStream,
  AgentUnreachableError,
} from '../../src/wire/agent-link.ts'
import type {
  AgentHello,
  AgentMethods,
  AgentReport,
  AgentStreams,
  ExecutionResult,
  ImageReport,
  KernelConfig,
  KernelCreated,
  KernelSnapshot,
} from '../../src/wire/agent-rpc.ts'

/** What the scripted agent does with the next kernels; change it at any time. */
export interface AgentScript {
  /** Kernels wait for `release()` before they run. */
  holdStart: boolean
  /** Kernels do not end until `release()`. */
  holdEnd: boolean
  /** The start fails with this error. */
  failStart: { name: string; message: string } | null
  /** `createKernels` answers with this error. */
  refuse: { kind: string; message: string } | null
  /** Images are pulled first. */
  pulls: boolean
  /** Calls get no answer from the agent. */
  unreachable: boolean
  execute: (args: Parameters<AgentMethods['execute']>[0]) => Promise<ExecutionResult>
  openStream: (kind: keyof AgentStreams, args: AgentStreams[keyof AgentStreams], stream: AgentStream) => void
}

export const pythonImage: ImageReport = {
  canonical: 'cr.example.org/stable/python:3.11',
  architecture: 'x86_64',
  digest: 'sha256:0000',
  sizeBytes: 1000,
  labels: {
    'ai.backend.kernelspec': '1',
    'ai.backend.resource.min.cpu': '1',
    'ai.backend.resource.min.mem': '256m',
    'ai.backend.service-ports': 'jupyter:http:8080',
  },
  aliases: ['python'],
}

interface Kernel {
  config: KernelConfig
  snapshot: KernelSnapshot
}

/**
 * An agent in memory that keeps its kernels and unsent reports however often its managers come and go: a real
 * implementation of the agent's side whose behaviour is scripted.
 */
export class ScriptedAgent {
  readonly id: string
  readonly script: AgentScript = {
    holdStart: false,
    holdEnd: false,
    failStart: null,
    refuse: null,
    pulls: false,
    unreachable: false,
    execute: async ({ runId, code }) => finished(runId, `${code}\n`),
    openStream: () => {},
  }
  readonly kernels = new Map<string, Kernel>()
  /** Methods called, in order: `createKernels k1,k2`. */
  readonly calls: string[] = []
  readonly files = new Map<string, Uint8Array>()
  /** Of `.output`. */
  readonly output = new Map<string, Uint8Array>()
  /** By kernel; a test ends them. */
  readonly commits = new Map<string, Awaited<ReturnType<AgentMethods['commitStatus']>>>()
  images: ImageReport[] = [pythonImage]
  /** Images that it was told to have. */
  readonly stored = new Set<string>()
  availableSlots: SlotsJson
  #reports: { id: string; report: AgentReport }[] = []
  #sending = false
  #count = 0
  #held: (() => void)[] = []
  #links = new Set<ScriptedLink>()

  constructor(id: string, availableSlots: SlotsJson = { cpu: '8', mem: String(8 * 1024 ** 3) }) {
    this.id = id
    this.availableSlots = availableSlots
  }

  /** Lets held starts and ends go on. */
  release(): void {
    this.script.holdStart = false
    this.script.holdEnd = false
    for (const go of this.#held.splice(0)) go()
  }

  hello(): AgentHello {
    return {
      agentId: this.id,
      protocol: 1,
      version: 'test',
      region: 'local',
      scalingGroup: 'default',
      architecture: 'x86_64',
      backend: 'docker',
      addr: `tcp://${this.id}:6001`,
      publicHost: '127.0.0.1',
      slotTypes: { cpu: 'count', mem: 'bytes' },
      availableSlots: this.availableSlots,
      computePlugins: {},
      images: this.images,
      kernels: this.snapshots(),
    }
  }

  snapshots(): KernelSnapshot[] {
    return [...this.kernels.values()].map((kernel) => kernel.snapshot)
  }

  attach(link: ScriptedLink): void {
    this.#links.add(link)
    void this.#send()
  }

  detach(link: ScriptedLink): void {
    this.#links.delete(link)
  }

  /** Loses its kernels without a word, as a machine that was switched off. */
  wipe(): void {
    this.kernels.clear()
    this.#reports = []
  }

  /** A kernel ends by itself. */
  exit(kernelId: string, exitCode: number, log = ''): void {
    const kernel = this.kernels.get(kernelId)
    if (!kernel) throw new Error(`agent ${this.id} has no kernel ${kernelId}`)
    this.kernels.delete(kernelId)
    this.report(ended(kernelId, kernel.config.sessionId, 'self-terminated', exitCode, log))
  }

  report(report: AgentReport): void {
    this.#count += 1
    this.#reports.push({ id: `${this.id}-${this.#count}`, report })
    void this.#send()
  }

  async #send(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    try {
      for (let next = this.#reports[0]; next; next = this.#reports[0]) {
        const [link] = this.#links
        if (!link) return
        const stored = await link.deliver(this.id, next.id, next.report)
        if (stored) this.#reports.splice(this.#reports.indexOf(next), 1)
        else if (this.#links.has(link)) await Bun.sleep(1)
      }
    } finally {
      this.#sending = false
    }
  }

  readonly methods: AgentMethods = {
    ping: async ({ message }) => ({ message }),
    createKernels: async ({ kernels }) => {
      this.calls.push(`createKernels ${kernels.map((one) => one.clusterHostname).join(',')}`)
      const { refuse } = this.script
      if (refuse) throw new AgentCallError(refuse.kind, refuse.message)
      for (const config of kernels) this.#create(config)
      return { accepted: kernels.map((one) => one.kernelId) }
    },
    destroyKernel: async ({ kernelId, sessionId, reason }) => {
      this.calls.push(`destroyKernel ${reason}`)
      const kernel = this.kernels.get(kernelId)
      if (kernel) kernel.snapshot.state = 'terminating'
      this.#hold(this.script.holdEnd, () => {
        this.kernels.delete(kernelId)
        this.report(ended(kernelId, sessionId, reason, 0, 'bye\n'))
      })
      return { accepted: true }
    },
    restartKernel: async ({ config }) => {
      this.calls.push('restartKernel')
      this.kernels.delete(config.kernelId)
      this.#create(config)
      return { accepted: true }
    },
    listKernels: async () => ({ kernels: structuredClone(this.snapshots()) }),
    execute: (args) => {
      this.calls.push(`execute ${args.mode}`)
      return this.script.execute(args)
    },
    interrupt: async () => {
      this.calls.push('interrupt')
      return {}
    },
    complete: async ({ code }) => ({ completions: [`${code}()`] }),
    listFiles: async ({ path }) => ({
      entries: [{ filename: 'main.py', size: 3, mtime: 1, mode: '-rw-r--r--' }],
      absolutePath: path === '.' ? '/home/work' : `/home/work/${path}`,
    }),
    uploadFile: async ({ path, content }) => {
      this.files.set(path, content)
      return {}
    },
    downloadFile: async ({ path }) => {
      const archive = this.files.get(path)
      if (!archive) throw new AgentCallError('FileNotFound', `${path} does not exist`)
      return { archive }
    },
    readOutput: async ({ name, offset, maxBytes }) => {
      const content = this.output.get(name)
      if (!content) throw new AgentCallError('object-not-found', `There is no file ${name}.`)
      const piece = content.slice(offset, offset + maxBytes)
      return { content: piece, size: content.length, version: String(content.length) }
    },
    logs: async () => ({ logs: 'live log\n' }),
    startService: async ({ name }) =>
      name === 'jupyter' ? { status: 'started' } : { status: 'failed', error: 'no such program' },
    shutdownService: async () => ({}),
    commitKernel: async ({ kernelId, subdir, filename }) => {
      const path = `/commits/${subdir}/${filename}`
      this.commits.set(kernelId, { status: 'ongoing', path, error: null })
      return { path }
    },
    commitStatus: async ({ kernelId }) =>
      this.commits.get(kernelId) ?? { status: 'ready', path: null, error: null },
    scanImages: async () => ({}),
    pullImage: async ({ image }) => {
      if (this.stored.has(image.canonical)) return { pulled: false }
      this.stored.add(image.canonical)
      return { pulled: true }
    },
    removeImage: async ({ canonical }) => ({ removed: this.stored.delete(canonical) }),
    hardwareInfo: async () => ({}),
    listMounts: async () => ({ mounts: [] }),
    mountVolume: async () => ({}),
    unmountVolume: async () => ({}),
    readFstab: async () => ({ content: '# nothing\n' }),
  }

  #create(config: KernelConfig): void {
    const { kernelId, sessionId } = config
    const before = this.kernels.get(kernelId)
    if (before) {
      const { created } = before.snapshot
      if (created) this.report({ type: 'kernel_started', kernelId, sessionId, created })
      return
    }
    const snapshot: KernelSnapshot = { kernelId, sessionId, state: 'preparing' }
    this.kernels.set(kernelId, { config, snapshot })
    this.report({ type: 'kernel_preparing', kernelId, sessionId })
    if (this.script.pulls) {
      this.report({ type: 'kernel_pulling', kernelId, sessionId, image: config.image.canonical })
    }
    this.report({ type: 'kernel_creating', kernelId, sessionId })
    this.#hold(this.script.holdStart, () => this.#start(config, snapshot))
  }

  #start(config: KernelConfig, snapshot: KernelSnapshot): void {
    const { kernelId, sessionId } = config
    // Destroyed, or lost, while it was held.
    if (this.kernels.get(kernelId)?.snapshot !== snapshot || snapshot.state !== 'preparing') return
    const { failStart } = this.script
    if (failStart) {
      this.kernels.delete(kernelId)
      this.report({
        type: 'kernel_failed',
        kernelId,
        sessionId,
        reason: 'failed-to-create',
        error: failStart,
      })
      return
    }
    const created = createdFacts(config)
    Object.assign(snapshot, { state: 'running', created })
    this.report({ type: 'kernel_started', kernelId, sessionId, created })
  }

  #hold(held: boolean, go: () => void): void {
    if (held) this.#held.push(go)
    else queueMicrotask(go)
  }
}

const createdFacts = (config: KernelConfig): KernelCreated => ({
  kernelId: config.kernelId,
  containerId: `container-${config.kernelId}`,
  kernelHost: '127.0.0.1',
  servicePorts: [
    { name: 'sshd', protocol: 'tcp', containerPorts: [2200], hostPorts: [30001], isInference: false },
    { name: 'jupyter', protocol: 'http', containerPorts: [8080], hostPorts: [30002], isInference: false },
  ],
  occupiedSlots: config.resourceSlots,
  allocations: {},
  attachedDevices: {},
})

const ended = (
  kernelId: string,
  sessionId: string,
  reason: string,
  exitCode: number,
  log: string,
): AgentReport => ({
  type: 'kernel_terminated',
  kernelId,
  sessionId,
  reason,
  exitCode,
  lastStat: { cpu_used: { current: '12', capacity: null, pct: '0.00', unit_hint: 'msec' } },
  log: new TextEncoder().encode(log),
})

export const finished = (runId: string, stdout: string): ExecutionResult => ({
  runId,
  status: 'finished',
  exitCode: 0,
  options: null,
  console: stdout === '' ? [] : [['stdout', stdout]],
  files: [],
})

/** One manager's end of the link to scripted agents. */
export class ScriptedLink implements AgentLink {
  readonly #agents = new Map<string, ScriptedAgent>()
  readonly #connected = new Set<string>()
  #handlers: AgentLinkHandlers | null = null
  #dead = false

  constructor(agents: readonly ScriptedAgent[]) {
    for (const agent of agents) this.#agents.set(agent.id, agent)
  }

  async listen(handlers: AgentLinkHandlers): Promise<void> {
    this.#handlers = handlers
    for (const id of this.#agents.keys()) await this.connect(id)
  }

  /** The agent dials in, says hello and hands over what it has to report. */
  async connect(id: string): Promise<void> {
    const agent = this.#agents.get(id)
    if (!agent || this.#dead) return
    await this.#handlers?.hello(structuredClone(agent.hello()))
    this.#connected.add(id)
    agent.attach(this)
  }

  disconnect(id: string): void {
    this.#connected.delete(id)
    this.#agents.get(id)?.detach(this)
    this.#handlers?.disconnected(id)
  }

  /** The manager's process is gone: nothing goes either way any more. */
  kill(): void {
    this.#dead = true
    for (const [id, agent] of this.#agents) {
      this.#connected.delete(id)
      agent.detach(this)
    }
  }

  connected(): string[] {
    return [...this.#connected]
  }

  /** True when the manager has stored it. */
  async deliver(agentId: string, reportId: string, report: AgentReport): Promise<boolean> {
    if (this.#dead || !this.#connected.has(agentId)) return false
    try {
      await this.#handlers?.report(agentId, reportId, structuredClone(report))
      return !this.#dead
    } catch {
      return false
    }
  }

  async call<M extends keyof AgentMethods>(
    agentId: string,
    method: M,
    args: Parameters<AgentMethods[M]>[0],
  ): Promise<Awaited<ReturnType<AgentMethods[M]>>> {
    const agent = this.#agents.get(agentId)
    if (this.#dead) return new Promise<never>(() => {})
    if (!agent || !this.#connected.has(agentId) || agent.script.unreachable) {
      throw new AgentUnreachableError(agentId, 'not connected')
    }
    const run = agent.methods[method] as (
      args: Parameters<AgentMethods[M]>[0],
    ) => Promise<Awaited<ReturnType<AgentMethods[M]>>>
    return await run(structuredClone(args))
  }

  async openStream<S extends keyof AgentStreams>(
    agentId: string,
    kind: S,
    args: AgentStreams[S],
  ): Promise<AgentStream> {
    const agent = this.#agents.get(agentId)
    if (!agent || !this.#connected.has(agentId)) throw new AgentUnreachableError(agentId, 'not connected')
    const [ours, theirs] = streamPair()
    agent.script.openStream(kind, args, theirs)
    return ours
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
  }
}

/** Two ends of a byte stream in memory. */
export function streamPair(): [AgentStream, AgentStream] {
  const there = new TransformStream<Uint8Array, Uint8Array>()
  const back = new TransformStream<Uint8Array, Uint8Array>()
  const listeners: [((value: unknown) => void)[], ((value: unknown) => void)[]] = [[], []]
  const tell = (side: 0 | 1) => (value: unknown) => {
    for (const listener of listeners[side]) listener(value)
  }
  return [
    streamEnd(there.writable, back.readable, tell(1), listeners[0]),
    streamEnd(back.writable, there.readable, tell(0), listeners[1]),
  ]
}

function streamEnd(
  out: WritableStream<Uint8Array>,
  into: ReadableStream<Uint8Array>,
  control: (value: unknown) => void,
  listeners: ((value: unknown) => void)[],
): AgentStream {
  const writer = out.getWriter()
  const close = () => writer.close().catch(() => {})
  return {
    write: (chunk) => writer.write(chunk),
    control,
    onControl: (listener) => void listeners.push(listener),
    chunks: into,
    end: () => void close(),
    [Symbol.asyncDispose]: async () => void close(),
  }
}
