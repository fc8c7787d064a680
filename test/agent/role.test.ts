import { describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { startAgent } from '../../src/agent/role.ts'
import { type AgentSettings, DEFAULT_AGENT_SETTINGS } from '../../src/agent/settings.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { until } from '../harness/until.ts'
import { CLUSTER, FakeMachine, FakeManager, kernelConfig, type Stop } from './fixtures/fake-world.ts'

const SETTINGS: AgentSettings = {
  ...DEFAULT_AGENT_SETTINGS,
  reservedCpu: 0,
  reservedMem: 0n,
  stopGraceMs: 0,
  cpuOvercommit: 4,
}

async function agentOn(dir: TempDirectory, machine: FakeMachine, change: Partial<AgentSettings> = {}) {
  const manager = new FakeManager()
  const backend = machine.backend()
  const role = await startAgent({
    link: manager.link(),
    backend,
    accelerators: [],
    settings: { ...SETTINGS, ...change },
    dataDir: dir.path,
    clock: systemClock,
    log: silentLogger,
    ids: { next: randomUUID },
    openLink: machine.openLink,
  })
  return { manager, backend, role, [Symbol.asyncDispose]: () => role[Symbol.asyncDispose]() }
}

const create = (manager: FakeManager, kernelId: string, change = {}) =>
  manager.methods.createKernels({
    sessionId: `s-${kernelId}`,
    kernels: [kernelConfig(kernelId, change)],
    cluster: CLUSTER,
  })

const destroy = (manager: FakeManager, kernelId: string) =>
  manager.methods.destroyKernel({ kernelId, sessionId: `s-${kernelId}`, reason: 'user-requested' })

const ended = (manager: FakeManager, kernelId: string) =>
  until(() => manager.find('kernel_terminated', kernelId))
const running = (manager: FakeManager, kernelId: string) =>
  until(() => manager.find('kernel_started', kernelId))

/** Nothing of any kernel is on the machine or on disk. */
async function expectNothingLeft(dir: TempDirectory, machine: FakeMachine): Promise<void> {
  await until(() => readdirSync(dir.at('agent/kernels')).length === 0)
  await until(() => readdirSync(dir.at('agent/reports')).length === 0)
  expect(machine.containers.size).toBe(0)
  expect(readdirSync(dir.at('scratches'))).toEqual([])
  const [linkRoot = ''] = readdirSync(dir.at('ipc'))
  expect(readdirSync(dir.at('ipc', linkRoot))).toEqual([])
}

describe('a kernel', () => {
  test('is prepared, created, started, and ended with its log and last statistics', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    await using agent = await agentOn(dir, machine, { statsIntervalMs: 20 })
    const { manager } = agent
    const id = randomUUID()
    expect(await create(manager, id)).toEqual({ accepted: [id] })
    const { created } = await running(manager, id)
    expect(manager.typesOf(id)).toEqual(['kernel_preparing', 'kernel_creating', 'kernel_started'])
    expect(created.occupiedSlots).toEqual({ cpu: '1', mem: '268435456' })
    expect(created.servicePorts.map(({ name, containerPorts }) => [name, containerPorts[0]])).toEqual([
      ['jupyter', 8081],
    ])
    const config = (name: string) => readFileSync(dir.at('scratches', id, 'config', name), 'utf8')
    expect(config('environ.txt')).toContain('GREETING=hi\n')
    expect(config('environ.txt')).toContain(`BACKENDAI_KERNEL_ID=${id}\n`)
    expect(config('resource.txt')).toContain(`CID=${created.containerId}\n`)
    expect(config('resource.txt')).toContain('MEM_SHARES=root:256m\n')
    await until(() => manager.beats.some(({ kernelStats }) => kernelStats[id] !== undefined))

    await destroy(manager, id)
    const report = await ended(manager, id)
    expect(report).toMatchObject({ reason: 'user-requested', exitCode: 0 })
    expect(new TextDecoder().decode(report.log ?? new Uint8Array())).toBe('the log')
    expect(report.lastStat).toMatchObject({ version: 2, mem: { current: '7' } })
    await expectNothingLeft(dir, machine)
  })

  test('that ends by itself is reported with its exit code', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    await using agent = await agentOn(dir, machine)
    const id = randomUUID()
    await create(agent.manager, id)
    const { created } = await running(agent.manager, id)
    agent.backend.exit(created.containerId, 9)
    expect(await ended(agent.manager, id)).toMatchObject({ reason: 'self-terminated', exitCode: 9 })
    await expectNothingLeft(dir, machine)
  })

  test('asked for twice is made once and reported again', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    await using agent = await agentOn(dir, machine)
    const id = randomUUID()
    await Promise.all([create(agent.manager, id), create(agent.manager, id)])
    await running(agent.manager, id)
    await create(agent.manager, id)
    expect(machine.containers.size).toBe(1)
    expect(agent.manager.typesOf(id).filter((type) => type === 'kernel_started')).toHaveLength(2)
  })

  test('is ended twice but reported once; an unknown one is reported as ended', async () => {
    using dir = tempDirectory('agent')
    await using agent = await agentOn(dir, new FakeMachine())
    const id = randomUUID()
    await create(agent.manager, id)
    await Promise.all([destroy(agent.manager, id), destroy(agent.manager, id)])
    await ended(agent.manager, id)
    expect(agent.manager.typesOf(id).filter((type) => type === 'kernel_terminated')).toHaveLength(1)
    const stranger = randomUUID()
    await destroy(agent.manager, stranger)
    expect(await ended(agent.manager, stranger)).toMatchObject({ reason: 'already-terminated' })
  })

  test.each([
    [
      'the engine refuses',
      (machine: FakeMachine) => {
        machine.failRun = new Error('no space left')
      },
      {},
      'no space left',
    ],
    [
      'nothing like it is here',
      () => {},
      { resourceSlots: { cpu: '1', mem: '9e18' } },
      'requested 9000000000000000000',
    ],
    [
      'a slot is unknown',
      () => {},
      { resourceSlots: { cpu: '1', mem: '1', 'tpu.device': '1' } },
      'tpu.device',
    ],
    ['a slot is missing', () => {}, { resourceSlots: { cpu: '1' } }, '"mem" is mandatory'],
    [
      'a dotfile leaves home',
      () => {},
      { internalData: { dotfiles: [{ path: '../x', perm: '644', data: '' }] } },
      'outside',
    ],
    ['shmem is too big', () => {}, { resourceOpts: { shmem: '1g' } }, 'must be smaller'],
  ])('fails and gives everything back when %s', async (_, arrange, change, message) => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    arrange(machine)
    await using agent = await agentOn(dir, machine)
    const id = randomUUID()
    await create(agent.manager, id, change)
    const report = await until(() => agent.manager.find('kernel_failed', id))
    expect(report.error.message).toContain(message)
    await expectNothingLeft(dir, machine)
    machine.failRun = null
    const next = randomUUID()
    await create(agent.manager, next)
    await running(agent.manager, next)
  })

  test('whose runner dies before its hello fails with its last words', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    machine.runnerAnswers = false
    await using agent = await agentOn(dir, machine)
    const id = randomUUID()
    await create(agent.manager, id)
    const [containerId = ''] = await until(
      () => machine.containers.size > 0 && [...machine.containers.keys()],
    )
    agent.backend.exit(containerId, 127)
    const report = await until(() => agent.manager.find('kernel_failed', id))
    expect(report.error).toMatchObject({ name: 'RunnerNotResponding' })
    expect(report.error.message).toContain('exit code 127')
    expect(report.error.message).toContain('the last words')
    await expectNothingLeft(dir, machine)
  })

  test('of a batch session runs its command and reports the result', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    machine.executions = [
      { status: 'continued', exitCode: null },
      { status: 'finished', exitCode: 3 },
    ]
    await using agent = await agentOn(dir, machine)
    const id = randomUUID()
    await create(agent.manager, id, { sessionType: 'batch', startupCommand: 'make all' })
    expect(await until(() => agent.manager.find('batch_finished', id))).toMatchObject({
      exitCode: 3,
      reason: 'task-failed',
    })
    expect(machine.executed).toEqual(['batch-job batch make all', 'batch-job continue'])
  })

  test('restarts over the same files, devices and ports', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    await using agent = await agentOn(dir, machine)
    const id = randomUUID()
    await create(agent.manager, id)
    const first = (await running(agent.manager, id)).created
    await Bun.write(dir.at('scratches', id, 'work', 'mine.txt'), 'kept')
    agent.manager.reports = []
    await agent.manager.methods.restartKernel({
      kernelId: id,
      sessionId: `s-${id}`,
      config: kernelConfig(id),
      cluster: CLUSTER,
    })
    const second = (await running(agent.manager, id)).created
    expect(second.containerId).not.toBe(first.containerId)
    expect(second.servicePorts).toEqual(first.servicePorts)
    expect(second.allocations).toEqual(first.allocations)
    expect(readFileSync(dir.at('scratches', id, 'work', 'mine.txt'), 'utf8')).toBe('kept')
    expect(machine.containers.size).toBe(1)
  })
})

describe('the agent', () => {
  test('tells its facts, its id stays, and no secret is on its disk', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    const first = await agentOn(dir, machine)
    const hello = first.manager.serving?.hello()
    expect(hello).toMatchObject({
      backend: 'docker',
      slotTypes: { cpu: 'count', mem: 'bytes' },
      scalingGroup: 'default',
    })
    expect(hello?.images.map(({ aliases }) => aliases)).toEqual([['python']])
    const id = randomUUID()
    await create(first.manager, id)
    await running(first.manager, id)
    expect(readFileSync(dir.at('agent/kernels', `${id}.json`), 'utf8')).not.toContain('registry-secret')
    await first.role[Symbol.asyncDispose]()
    await using second = await agentOn(dir, machine)
    expect(second.manager.serving?.hello().agentId).toBe(hello?.agentId ?? '')
  })

  test('stops without touching kernels and takes them over again; draining ends them', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    const first = await agentOn(dir, machine)
    const id = randomUUID()
    await create(first.manager, id)
    const { created } = await running(first.manager, id)
    await first.role[Symbol.asyncDispose]()
    expect(machine.containers.size).toBe(1)

    const second = await agentOn(dir, machine, { drain: true })
    expect((await running(second.manager, id)).created).toEqual(created)
    const other = randomUUID()
    await create(second.manager, other)
    const ports = (await running(second.manager, other)).created.servicePorts.flatMap(
      ({ hostPorts }) => hostPorts,
    )
    const held = created.servicePorts.flatMap(({ hostPorts }) => hostPorts)
    expect(ports.filter((port) => held.includes(port))).toEqual([])
    await second.role[Symbol.asyncDispose]()
    expect(await ended(second.manager, id)).toMatchObject({ reason: 'agent-termination' })
    expect(machine.containers.size).toBe(0)
  })

  const stops: Exclude<Stop, null>[] = [
    'before run',
    'after run',
    'before ready',
    'before remove',
    'after remove',
  ]
  test.each(stops)('killed %s leaves nothing and forgets nobody', async (stop) => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    const ending = stop.endsWith('remove')
    // A killed process runs no clean-up: this agent is abandoned where it stands, and never disposed.
    const killed = await agentOn(dir, machine)
    const id = randomUUID()
    if (!ending) machine.stop = stop
    await create(killed.manager, id)
    if (ending) {
      await running(killed.manager, id)
      machine.stop = stop
      await destroy(killed.manager, id)
    }
    await until(() => machine.reached)
    // Beside the wait for the runner, the agent writes resource.txt: a killed one would be done or not have begun.
    const written = () =>
      readFileSync(dir.at('scratches', id, 'config/resource.txt'), 'utf8').includes('CID=c')
    if (stop === 'before ready') await until(written)
    machine.stop = null

    await using next = await agentOn(dir, machine)
    if (stop === 'before run') {
      // Nothing of it ran: it is forgotten, and its manager orders it again.
      expect(next.manager.serving?.hello().kernels).toEqual([])
      await expectNothingLeft(dir, machine)
      await create(next.manager, id)
    }
    if (!ending) {
      await running(next.manager, id)
      await destroy(next.manager, id)
    }
    expect((await ended(next.manager, id)).reason).toBe('user-requested')
    await expectNothingLeft(dir, machine)
    await until(() => next.manager.serving?.hello().kernels.length === 0)
  })

  test.each(stops.filter((stop) => stop !== 'before ready'))(
    'killed %s of a restart goes on with it, over the same files',
    async (stop) => {
      using dir = tempDirectory('agent')
      const machine = new FakeMachine()
      const killed = await agentOn(dir, machine)
      const id = randomUUID()
      await create(killed.manager, id)
      const first = (await running(killed.manager, id)).created
      await Bun.write(dir.at('scratches', id, 'work', 'mine.txt'), 'kept')
      machine.stop = stop
      await killed.manager.methods.restartKernel({
        kernelId: id,
        sessionId: `s-${id}`,
        config: kernelConfig(id),
        cluster: CLUSTER,
      })
      await until(() => machine.reached)
      machine.stop = null

      await using next = await agentOn(dir, machine)
      const second = (await running(next.manager, id)).created
      expect(second.containerId).not.toBe(first.containerId)
      expect(second.allocations).toEqual(first.allocations)
      expect(readFileSync(dir.at('scratches', id, 'work', 'mine.txt'), 'utf8')).toBe('kept')
      expect([...machine.containers.keys()]).toEqual([second.containerId])
      await destroy(next.manager, id)
      await ended(next.manager, id)
      await expectNothingLeft(dir, machine)
    },
  )

  test('sends reports again that no manager had stored', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    const killed = await agentOn(dir, machine)
    const id = randomUUID()
    await create(killed.manager, id)
    await running(killed.manager, id)
    killed.manager.deaf = true
    await destroy(killed.manager, id)
    await until(() => readdirSync(dir.at('agent/reports')).some((name) => name.endsWith('.report')))
    await until(() => readdirSync(dir.at('agent/kernels')).length === 0)
    await using next = await agentOn(dir, machine)
    expect(await ended(next.manager, id)).toMatchObject({ reason: 'user-requested', exitCode: 0 })
    await expectNothingLeft(dir, machine)
  })

  test('removes containers of its own that it has no record of', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    const first = await agentOn(dir, machine)
    const id = randomUUID()
    await create(first.manager, id)
    await running(first.manager, id)
    await first.role[Symbol.asyncDispose]()
    await Bun.file(dir.at('agent/kernels', `${id}.json`)).delete()
    await using next = await agentOn(dir, machine)
    expect(await ended(next.manager, id)).toMatchObject({ reason: 'terminated-unknown-container' })
    await expectNothingLeft(dir, machine)
  })

  test('notices in its rounds that a container is gone', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    await using agent = await agentOn(dir, machine, { syncIntervalMs: 10 })
    const id = randomUUID()
    await create(agent.manager, id)
    await running(agent.manager, id)
    machine.containers.clear()
    expect(await ended(agent.manager, id)).toMatchObject({ reason: 'container-not-found' })
  })

  test('never books more than there is, whatever comes at once', async () => {
    using dir = tempDirectory('agent')
    const machine = new FakeMachine()
    await using agent = await agentOn(dir, machine)
    const capacity = Number(agent.manager.serving?.hello().availableSlots.cpu)
    const ids = Array.from({ length: capacity + 3 }, () => randomUUID())
    await Promise.all(ids.map((id) => create(agent.manager, id)))
    await until(() => agent.manager.reports.filter(({ type }) => type === 'kernel_failed').length === 3)
    await until(() => machine.containers.size === capacity)
    const ports = [...machine.containers.values()].flatMap(({ spec }) => spec.ports.map(({ host }) => host))
    expect(new Set(ports).size).toBe(ports.length)
  })
})
