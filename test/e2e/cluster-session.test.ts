/** A session of two kernels on one agent, on both kernel backends. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Docker from 'dockerode'
import { engineAddress } from '../harness/engine-address.ts'
import { createLeakCounter } from '../harness/leaks.ts'
import { type CommandResult, runProduct } from '../harness/product.ts'
import { type BackendName, type Shape, startShape } from '../harness/shapes.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { until } from '../harness/until.ts'

const PREPARE_MS = 240_000
const BACKENDS: BackendName[] = ['process', 'docker']

describe.each(BACKENDS)('%s', (backend) => {
  let directory: TempDirectory
  let shape: Shape

  const env = () => ({ BACKENDAI_DATA: shape.dataDir, HOME: directory.path })
  const cli = (...args: string[]): Promise<CommandResult> =>
    runProduct(args, { as: 'backend.ai', env: env(), cwd: directory.path })
  const engine = (): Docker =>
    new Docker({ socketPath: engineAddress(shape.dockerHost ?? '').socketPath ?? '' })
  const networks = async (): Promise<string[]> => {
    const found = await engine().listNetworks({ filters: { label: ['ai.backend.cluster-network'] } })
    return found.map(({ Name }) => Name)
  }

  beforeAll(async () => {
    directory = tempDirectory('cluster-session')
    shape = await startShape('up', { backend })
    const change = {
      __mode: 'update',
      keypair_resource_policies: [{ name: 'default', max_containers_per_session: 2 }],
    }
    await Bun.write(directory.at('policy.json'), JSON.stringify(change))
    const args = ['mgr', 'fixture', 'populate', directory.at('policy.json')]
    expect(await runProduct(args, { env: env(), cwd: directory.path })).toMatchObject({ code: 0 })
  }, PREPARE_MS)

  afterAll(async () => {
    await shape?.[Symbol.asyncDispose]()
    directory[Symbol.dispose]()
  }, PREPARE_MS)

  test('more kernels than the policy allows are refused', async () => {
    const { code, stderr } = await cli('start', '--cluster-size', '3', 'python')
    expect(code).not.toBe(0)
    expect(stderr).toContain('at most 2 containers')
  }, 60_000)

  test('both kernels run, know each other, and leave nothing', async () => {
    const resources = ['-r', 'cpu=1', '-r', 'mem=128m', '--resource-opts', 'shmem=16m']
    const started = await cli('start', '--name', 'pair', '--cluster-size', '2', ...resources, 'python')
    expect(started).toMatchObject({ code: 0 })
    const { stdout } = await cli('--json', 'info', 'pair')
    const { containers } = JSON.parse(stdout)
    expect(containers.map(({ status }: { status: string }) => status)).toEqual(['RUNNING', 'RUNNING'])
    const code = [
      'import os, socket',
      'print(os.environ["BACKENDAI_CLUSTER_SIZE"], os.environ["BACKENDAI_CLUSTER_HOSTS"])',
      ...(backend === 'docker'
        ? ['print(socket.gethostbyname("main1") != socket.gethostbyname("sub1"))']
        : []),
    ]
    const ran = await cli('run', '--name', 'pair', '-c', code.join('\n'), 'python')
    expect(ran).toMatchObject({ code: 0, stdout: `2 main1,sub1\n${backend === 'docker' ? 'True\n' : ''}` })
    if (backend === 'docker') {
      expect(await networks()).toHaveLength(1)
      // And the other way round.
      const [sub] = await engine().listContainers({
        filters: { label: [`ai.backend.kernel-id=${containers[1].id}`] },
      })
      const look = await engine()
        .getContainer(sub?.Id ?? '')
        .exec({ Cmd: ['getent', 'hosts', 'main1'], AttachStdout: true })
      const output = await look.start({})
      for await (const chunk of output) expect(chunk.length).toBeGreaterThan(0)
      expect(await look.inspect()).toMatchObject({ ExitCode: 0 })
    }
    expect(await cli('rm', 'pair')).toMatchObject({ code: 0 })
    await using leaks = createLeakCounter(shape)
    expect(await leaks.settle()).toEqual([])
    if (backend === 'docker') expect(await networks()).toEqual([])
  }, 60_000)

  test.if(backend === 'docker')(
    'a network that a crash left goes',
    async () => {
      const { Labels } = (await engine().listNetworks()).find(({ Name }) => Name === 'bridge') ?? {}
      expect(Labels).toBeDefined()
      const [row] = JSON.parse((await cli('--json', 'admin', 'agent', 'list')).stdout).items ?? []
      const sessionId = crypto.randomUUID()
      await engine().createNetwork({
        Name: `bai-singlenode-${sessionId}`,
        Labels: {
          'ai.backend.cluster-network': '1',
          'ai.backend.owner': row.id,
          'ai.backend.session-id': sessionId,
        },
      })
      await until(async () => (await networks()).length === 0, 20_000)
    },
    60_000,
  )
})
