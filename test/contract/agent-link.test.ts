import { afterEach, describe, expect, test } from 'bun:test'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { AgentEnd } from '../../src/wire/agent-link/agent-end.ts'
import { DirectTransport } from '../../src/wire/agent-link/direct.ts'
import { ManagerEnd } from '../../src/wire/agent-link/manager-end.ts'
import type { ClientTransport, ServerTransport } from '../../src/wire/agent-link/transport.ts'
import { ZeromqClientTransport, ZeromqServerTransport } from '../../src/wire/agent-link/zeromq.ts'
import type { AgentLinkHandlers, AgentServing } from '../../src/wire/agent-link.ts'
import type { AgentHello, AgentMethods, AgentReport } from '../../src/wire/agent-rpc.ts'
import { generateCurveKeypair } from '../../src/wire/zeromq/curve.ts'
import { IoThread } from '../../src/wire/zeromq/io-thread.ts'

const timing = { pingEveryMs: 20, goneAfterMs: 200, resendAfterMs: 60 }
const perTest: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of perTest.splice(0).toReversed()) await thing[Symbol.asyncDispose]()
})

interface Wire {
  server: ServerTransport
  dial(): Promise<ClientTransport>
}

const drivers: Record<string, () => Promise<Wire>> = {
  direct: async () => {
    const server = new DirectTransport()
    return { server, dial: async () => server.connect() }
  },
  zeromq: async () => {
    const io = await IoThread.start()
    perTest.push(io)
    const keys = await generateCurveKeypair()
    const server = new ZeromqServerTransport(io, 'tcp://127.0.0.1:*', keys.secretKey)
    return {
      server,
      dial: async () =>
        new ZeromqClientTransport(io, server.endpoint, keys.publicKey, await generateCurveKeypair()),
    }
  },
}

const helloOf = (agentId: string): AgentHello => ({
  agentId,
  protocol: 1,
  version: '0',
  region: 'here',
  scalingGroup: 'default',
  architecture: 'x86_64',
  backend: 'process',
  addr: '',
  publicHost: '127.0.0.1',
  slotTypes: { cpu: 'count' },
  availableSlots: { cpu: '4' },
  computePlugins: {},
  images: [],
  kernels: [],
})

/** The agent's side of a test: answers `ping`, fails `logs`, never answers `hardwareInfo`, echoes streams. */
function servingOf(agentId: string): AgentServing {
  const methods: Partial<AgentMethods> = {
    ping: async ({ message }) => ({ message }),
    logs: async () => {
      throw new RangeError('no such kernel')
    },
    hardwareInfo: () => new Promise(() => {}),
  }
  return {
    methods: methods as AgentMethods,
    hello: () => helloOf(agentId),
    stream: async (_kind, _args, stream) => {
      stream.onControl((value) => stream.control({ echoed: value }))
      for await (const chunk of stream.chunks) await stream.write(chunk)
    },
  }
}

function handlersOf(overrides: Partial<AgentLinkHandlers> = {}) {
  const seen = {
    hellos: [] as string[],
    beats: 0,
    reports: [] as string[],
    disconnected: [] as string[],
    connected: Promise.withResolvers<void>(),
    gone: Promise.withResolvers<void>(),
  }
  const handlers: AgentLinkHandlers = {
    hello: async (hello) => {
      seen.hellos.push(hello.agentId)
      seen.connected.resolve()
    },
    heartbeat: async () => {
      seen.beats += 1
    },
    report: async (_agent, id) => {
      seen.reports.push(id)
    },
    disconnected: (agentId) => {
      seen.disconnected.push(agentId)
      seen.gone.resolve()
    },
    ...overrides,
  }
  return { seen, handlers }
}

const started = (kernelId: string): AgentReport => ({ type: 'kernel_preparing', kernelId, sessionId: 's' })

async function connect(wire: Wire, handlers: AgentLinkHandlers, secret = 'right') {
  const base = { clock: systemClock, log: silentLogger, timing }
  const manager = new ManagerEnd({ ...base, transport: wire.server, secret: 'right' })
  await manager.listen(handlers)
  const agent = new AgentEnd({ ...base, transports: [await wire.dial()], secret })
  await agent.serve(servingOf('a1'))
  perTest.push(manager, agent)
  return { manager, agent }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 5 s')
    await systemClock.sleep(5)
  }
}

describe.each(Object.keys(drivers))('agent link over %s', (name) => {
  const open = () => (drivers[name] as () => Promise<Wire>)()

  test('answers calls and carries errors with their names', async () => {
    const { seen, handlers } = handlersOf()
    const { manager } = await connect(await open(), handlers)
    await seen.connected.promise
    await until(() => manager.connected().includes('a1'))
    expect(await manager.call('a1', 'ping', { message: 'hi' })).toEqual({ message: 'hi' })
    const failure = await manager.call('a1', 'logs', { kernelId: 'k' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      name: 'AgentCallError',
      kind: 'RangeError',
      message: 'no such kernel',
    })
  })

  test('gives up a call at its deadline and refuses agents that are not there', async () => {
    const { handlers } = handlersOf()
    const { manager } = await connect(await open(), handlers)
    await until(() => manager.connected().includes('a1'))
    await expect(manager.call('a1', 'hardwareInfo', {}, { timeoutMs: 20 })).rejects.toThrow('20 ms')
    await expect(manager.call('a2', 'ping', { message: '' })).rejects.toThrow('not connected')
  })

  test('does not let in an agent with a wrong secret', async () => {
    const { seen, handlers } = handlersOf()
    const { manager, agent } = await connect(await open(), handlers, 'wrong')
    await systemClock.sleep(100)
    expect(seen.hellos).toEqual([])
    expect(manager.connected()).toEqual([])
    expect(agent.isConnected).toBe(false)
  })

  test('keeps reports until they are stored, in order per kernel', async () => {
    let failures = 3
    const { seen, handlers } = handlersOf({
      report: async (_agent, id) => {
        if (failures-- > 0) throw new Error('store is away')
        seen.reports.push(id)
      },
    })
    const { agent } = await connect(await open(), handlers)
    await Promise.all(['r1', 'r2', 'r3'].map((id) => agent.report(id, started('k1'))))
    expect([...new Set(seen.reports)]).toEqual(['r1', 'r2', 'r3'])
  })

  test('loses no report and no call outcome when a third of the frames is lost', async () => {
    const wire = await open()
    const lossy = lose(wire)
    const { seen, handlers } = handlersOf()
    const { manager, agent } = await connect(lossy, handlers)
    const ids = Array.from({ length: 20 }, (_, i) => `r${i}`)
    await Promise.all(ids.map((id, i) => agent.report(id, started(`k${i % 4}`))))
    expect(new Set(seen.reports)).toEqual(new Set(ids))
    await until(() => manager.connected().includes('a1'))
    const answers = await Promise.allSettled(
      ids.map((message) => manager.call('a1', 'ping', { message }, { timeoutMs: 100 })),
    )
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason.name).toBe('AgentUnreachableError')
    }
  })

  test('notices a silent agent, breaks its calls, and takes it back', async () => {
    const wire = await open()
    const gate = { open: true }
    const { seen, handlers } = handlersOf()
    const { manager } = await connect(
      lose(wire, () => !gate.open),
      handlers,
    )
    await until(() => manager.connected().includes('a1'))
    gate.open = false
    const call = manager.call('a1', 'hardwareInfo', {})
    await expect(call).rejects.toThrow('silent')
    expect(seen.disconnected).toEqual(['a1'])
    gate.open = true
    await until(() => manager.connected().includes('a1'))
    expect(await manager.call('a1', 'ping', { message: 'back' })).toEqual({ message: 'back' })
  })

  test('streams bytes both ways with flow control and control values', async () => {
    const { handlers } = handlersOf()
    const { manager } = await connect(await open(), handlers)
    await until(() => manager.connected().includes('a1'))
    const stream = await manager.openStream('a1', 'tcp', { kernelId: 'k', port: 80 })
    const controls: unknown[] = []
    stream.onControl((value) => controls.push(value))
    stream.control({ resize: { rows: 10, cols: 20 } })
    const total = 3 * 1024 * 1024
    const writing = (async () => {
      for (let sent = 0; sent < total; sent += 65536)
        await stream.write(new Uint8Array(65536).fill(sent / 65536))
      stream.end()
    })()
    let received = 0
    for await (const chunk of stream.chunks) {
      expect(chunk[0]).toBe((received / 65536) & 255)
      received += chunk.byteLength
    }
    await writing
    expect(received).toBe(total)
    expect(controls).toEqual([{ echoed: { resize: { rows: 10, cols: 20 } } }])
  })
})

/** A third of the frames vanishes, by a seeded generator, or those that `drop` names. */
function lose(wire: Wire, drop?: () => boolean): Wire {
  let state = 20261121
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const lost = drop ?? (() => random() < 1 / 3)
  const { server } = wire
  return {
    server: {
      start: (onFrame) =>
        server.start((peer, frame) => {
          if (!lost()) onFrame(peer, frame)
        }),
      send: (peer, frame) => {
        if (!lost()) server.send(peer, frame)
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    },
    dial: () => wire.dial(),
  }
}

test('CURVE: a client with another server key never gets through', async () => {
  await using io = await IoThread.start()
  const keys = await generateCurveKeypair()
  const other = await generateCurveKeypair()
  const frames: string[] = []
  const server = new ZeromqServerTransport(io, 'tcp://127.0.0.1:*', keys.secretKey)
  await server.start((_peer, frame) => frames.push(Buffer.from(frame).toString()))
  const wrong = new ZeromqClientTransport(io, server.endpoint, other.publicKey, await generateCurveKeypair())
  const right = new ZeromqClientTransport(io, server.endpoint, keys.publicKey, await generateCurveKeypair())
  await wrong.start(() => {})
  await right.start(() => {})
  wrong.send(Buffer.from('evil'))
  right.send(Buffer.from('good'))
  await until(() => frames.length > 0)
  await systemClock.sleep(100)
  expect(frames).toEqual(['good'])
})
