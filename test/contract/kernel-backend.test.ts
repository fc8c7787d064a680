import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { openDockerBackend } from '../../src/agent/backends/docker/docker-backend.ts'
import { openProcessBackend } from '../../src/agent/backends/process/process-backend.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import type { ContainerExit, ContainerSpec, KernelBackend } from '../../src/plugin/kernel-backend.ts'
import { requireDocker, type TestEngine } from '../harness/docker.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { until } from '../harness/until.ts'

const FIXTURE = join(import.meta.dir, '../agent/fixtures/fake-runner.ts')
/** Of this run alone: others may test on the same engine. */
const EMPTY_IMAGE = `backendai-test/empty-${process.pid}:1.0-none`
const OWNER = `i-${randomUUID().slice(0, 8)}`

interface Driver {
  name: KernelBackend['name']
  prepare(dir: TempDirectory): Promise<void>
  open(dataDir: string): Promise<KernelBackend>
  dispose(): Promise<void>
}

const common = { kernelHost: '127.0.0.1', maxLogBytes: 64 * 1024, clock: systemClock, log: silentLogger }

const nativeDriver: Driver = {
  name: 'process',
  prepare: async () => {},
  open: (dataDir) => openProcessBackend({ ...common, dataDir, command: [process.execPath, FIXTURE] }),
  dispose: async () => {},
}

function dockerDriver(): Driver {
  let engine: TestEngine | null = null
  let executable = ''
  return {
    name: 'docker',
    async prepare(dir) {
      engine = await requireDocker()
      executable = dir.at('fake-runner')
      const build = Bun.spawnSync([process.execPath, 'build', '--compile', FIXTURE, '--outfile', executable])
      if (build.exitCode !== 0) throw new Error(build.stderr.toString())
      await importEmptyImage(engine, dir)
    },
    async open(dataDir) {
      if (!engine) throw new Error('not prepared')
      return openDockerBackend({ ...common, docker: engine.docker, dataDir, executable })
    },
    async dispose() {
      await engine?.docker.getImage(EMPTY_IMAGE).remove({ force: true })
      await engine?.[Symbol.asyncDispose]()
    },
  }
}

/** An image with nothing in it but labels: the runner takes nothing from an image. */
async function importEmptyImage({ docker }: TestEngine, dir: TempDirectory): Promise<void> {
  const root = dir.at('rootfs')
  mkdirSync(join(root, 'tmp'), { recursive: true })
  const tar = Bun.spawnSync(['tar', '-C', root, '-cf', dir.at('rootfs.tar'), '.'])
  if (tar.exitCode !== 0) throw new Error(tar.stderr.toString())
  const changes = ['LABEL ai.backend.kernelspec=1', 'LABEL ai.backend.runtime-type=app']
  const stream = await docker.importImage(dir.at('rootfs.tar'), {
    repo: EMPTY_IMAGE.slice(0, EMPTY_IMAGE.indexOf(':')),
    tag: EMPTY_IMAGE.slice(EMPTY_IMAGE.indexOf(':') + 1),
    changes,
  })
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()))
  })
}

for (const driver of [nativeDriver, dockerDriver()]) {
  describe(driver.name, () => {
    const dir = tempDirectory(`backend-${driver.name}`)
    let backend: KernelBackend
    let image = ''

    beforeAll(async () => {
      chmodSync(dir.path, 0o711)
      await driver.prepare(dir)
      backend = await driver.open(dir.at('data'))
      const offered = (await backend.images()).map(({ canonical }) => canonical)
      image = offered.find((canonical) => canonical === EMPTY_IMAGE) ?? offered[0] ?? ''
    }, 120_000)
    afterAll(async () => {
      for (const { containerId } of await backend.find(OWNER))
        await backend.remove(containerId, { graceMs: 0, maxLogBytes: 0 })
      await backend[Symbol.asyncDispose]()
      await driver.dispose()
      dir[Symbol.dispose]()
    })

    function specOf(behaviour: object, change: Partial<ContainerSpec> = {}): ContainerSpec {
      const kernelId = randomUUID()
      const uid = backend.ownUids?.first ?? process.getuid?.() ?? 0
      const folder = (name: string) => {
        const path = dir.at(kernelId, name)
        mkdirSync(path, { recursive: true })
        if (process.getuid?.() === 0) chownSync(path, uid, uid)
        return path
      }
      const spec = {
        kernelId,
        sessionId: randomUUID(),
        image,
        hostname: 'main1',
        mounts: [],
        workDir: folder('work'),
        configDir: folder('config'),
        linkDir: folder('link'),
        runtime: { type: 'app', path: '' },
        environ: { BACKENDAI_RUNNER_TOKEN: 'secret' },
        labels: {},
        cpus: [],
        memoryBytes: 512n * 1024n * 1024n,
        shmBytes: 0n,
        ports: [],
        network: { mode: 'host' as const },
        devices: [],
        uid,
        gid: uid,
        ...change,
      }
      writeFileSync(join(spec.configDir, 'behaviour.json'), JSON.stringify(behaviour))
      const { kernelId: id, sessionId } = spec
      const labels = {
        'ai.backend.kernel-id': id,
        'ai.backend.session-id': sessionId,
        'ai.backend.owner': OWNER,
      }
      return { ...spec, labels: { ...labels, ...spec.labels } }
    }

    test('starts nothing before all is prepared, and leaves nothing where that fails', async () => {
      const spec = specOf({})
      const started = backend.run(spec, () => Promise.reject(new Error('no room')))
      await expect(started).rejects.toThrow('no room')
      expect((await backend.find(OWNER)).filter(({ kernelId }) => kernelId === spec.kernelId)).toEqual([])
      expect(existsSync(readyFile(spec))).toBe(false)
    })

    const readyFile = ({ workDir }: ContainerSpec) => join(workDir, 'ready.json')
    async function runReady(behaviour: object, change: Partial<ContainerSpec> = {}) {
      const spec = specOf(behaviour, change)
      const { containerId } = await backend.run(spec)
      const text = await until(() => {
        const content = existsSync(readyFile(spec)) ? readFileSync(readyFile(spec), 'utf8') : ''
        return content.endsWith('}') && content
      })
      return {
        spec,
        containerId,
        ready: JSON.parse(text) as { environ: string[]; uid: number; argument: string },
      }
    }
    const end = (containerId: string) => backend.remove(containerId, { graceMs: 5_000, maxLogBytes: 10_000 })
    const mine = async (kernelId: string) =>
      (await backend.find(OWNER)).find((found) => found.kernelId === kernelId)

    test('commits the file system of a container into an image file, where it has images', async () => {
      if (!backend.commit) {
        expect(driver.name).toBe('process')
        return
      }
      const { containerId } = await runReady({})
      const target = dir.at('committed.tar.gz')
      const signal = new AbortController().signal
      await backend.commit(containerId, target, { 'made.by': `a "test"` }, signal)
      const listed = Bun.spawnSync(['tar', '-tzf', target]).stdout.toString()
      expect(listed).toContain('manifest.json')
      const config = /"Config":"([^"]+)"/.exec(
        Bun.spawnSync(['tar', '-xzOf', target, 'manifest.json']).stdout.toString(),
      )
      const image = JSON.parse(Bun.spawnSync(['tar', '-xzOf', target, config?.[1] ?? '']).stdout.toString())
      expect(image.config.Labels).toMatchObject({ 'ai.backend.kernelspec': '1', 'made.by': 'a "test"' })
      expect((await backend.images()).some(({ canonical }) => canonical.startsWith('backendai-commit'))).toBe(
        false,
      )
      await end(containerId)
      const gone = await backend
        .commit(containerId, dir.at('none.tar.gz'), {}, signal)
        .catch((error: unknown) => error)
      expect(gone).toBeInstanceOf(Error)
      expect(existsSync(dir.at('none.tar.gz'))).toBe(false)
    }, 60_000)

    test('offers images with labels and the aliases that users type', async () => {
      const first = (await backend.images()).find(({ canonical }) => canonical === image)
      expect(first?.labels['ai.backend.kernelspec']).toBe('1')
      expect(first?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(first?.aliases.length).toBeGreaterThan(0)
      expect(await backend.hasImage(image, first?.digest ?? '')).toBe(true)
      expect(await backend.hasImage(image, `sha256:${'0'.repeat(64)}`)).toBe(false)
      expect(await backend.hasImage('nowhere.example/none:1', null)).toBe(false)
      expect(await backend.removeImage('nowhere.example/none:1')).toBe(false)
    })

    test('runs the runner, finds it, reads its output and its usage, and leaves nothing behind', async () => {
      const { spec, containerId, ready } = await runReady({ say: 'as loud as I can' })
      expect(ready.argument).toBe('kernel-runner')
      expect(await mine(spec.kernelId)).toMatchObject({
        containerId,
        sessionId: spec.sessionId,
        running: true,
      })
      await until(async () =>
        new TextDecoder().decode(await backend.logs(containerId, 1_000)).includes('as loud'),
      )
      expect((await backend.usage(containerId))?.memoryBytes).toBeGreaterThan(0)
      const { exitCode, log } = await end(containerId)
      expect(exitCode).toBe(0)
      expect(new TextDecoder().decode(log ?? new Uint8Array())).toContain('as loud as I can')
      expect(await mine(spec.kernelId)).toBeUndefined()
      expect(await backend.usage(containerId)).toBeNull()
    })

    test('gives output as bytes, also where it reads like JSON', async () => {
      const { containerId } = await runReady({ say: '1' })
      await until(async () => (await backend.logs(containerId, 1_000)).length > 0)
      const { log } = await end(containerId)
      expect(log).toBeInstanceOf(Uint8Array)
      expect(new TextDecoder().decode(log ?? new Uint8Array()).trim()).toBe('1')
    })

    test("gives the runner its own variables and nothing of the agent's", async () => {
      process.env.TEST_SECRET_OF_THE_AGENT = 'x'
      const { containerId, ready } = await runReady({})
      delete process.env.TEST_SECRET_OF_THE_AGENT
      await end(containerId)
      expect(ready.environ).toContain('BACKENDAI_RUNNER_TOKEN')
      expect(ready.environ).toContain('BACKENDAI_RUNNER_SOCKET')
      expect(ready.environ).not.toContain('TEST_SECRET_OF_THE_AGENT')
    })

    test('tells an exit with its code, once heard by every watcher', async () => {
      using heard = listen(backend)
      const { spec, containerId } = await runReady({ exitOn: 'stop', exitCode: 7 })
      writeFileSync(join(spec.workDir, 'stop'), '')
      const exit = await heard.exitOf(spec.kernelId)
      expect(exit).toEqual({ containerId, kernelId: spec.kernelId, exitCode: 7, outOfMemory: false })
      await until(async () => (await mine(spec.kernelId))?.running === false)
      expect((await mine(spec.kernelId))?.exitCode).toBe(7)
      expect((await end(containerId)).exitCode).toBe(7)
    })

    test('kills a runner that does not end, and children in sessions of their own', async () => {
      const { spec, containerId } = await runReady({ ignoresTermination: true, escapes: true })
      await until(() => existsSync(join(spec.workDir, 'escapee')))
      const started = performance.now()
      const { exitCode } = await backend.remove(containerId, { graceMs: 1_000, maxLogBytes: 0 })
      expect(exitCode).toBe(137)
      expect(performance.now() - started).toBeLessThan(8_000)
      const left = [...new Bun.Glob('*/environ').scanSync({ cwd: '/proc', onlyFiles: true })].filter((path) =>
        environOf(path).includes(spec.kernelId),
      )
      expect(left).toEqual([])
    })

    test('is idempotent about what is gone', async () => {
      const { containerId } = await runReady({})
      await end(containerId)
      expect(await end(containerId)).toEqual({ exitCode: null, log: null })
      expect(await backend.logs(containerId, 10)).toEqual(new Uint8Array())
    })

    test('another life of the agent takes over: kernels run on and their exits are still told', async () => {
      const { spec, containerId } = await runReady({ exitOn: 'stop', exitCode: 3 })
      await using next = await driver.open(dir.at('data'))
      using heard = listen(next)
      expect(await next.find(OWNER)).toContainEqual(
        expect.objectContaining({ containerId, kernelId: spec.kernelId, running: true }),
      )
      writeFileSync(join(spec.workDir, 'stop'), '')
      expect(await heard.exitOf(spec.kernelId)).toMatchObject({ containerId, exitCode: 3 })
      expect((await next.remove(containerId, { graceMs: 0, maxLogBytes: 0 })).exitCode).toBe(3)
    })

    test('mounts folders below /home/work', async () => {
      const shared = dir.at('shared')
      mkdirSync(shared, { recursive: true })
      writeFileSync(join(shared, 'stop'), '')
      const spec = specOf(
        { exitOn: 'data/stop', exitCode: 5 },
        {
          mounts: [{ source: shared, target: '/home/work/data', readOnly: false }],
        },
      )
      using heard = listen(backend)
      const { containerId } = await backend.run(spec)
      expect((await heard.exitOf(spec.kernelId)).exitCode).toBe(5)
      await end(containerId)
      expect(existsSync(join(shared, 'stop'))).toBe(true)
    })

    test('a folder .linuxbrew, which comes to every session of its owner, keeps none from starting', async () => {
      const source = dir.at('linuxbrew')
      mkdirSync(source, { recursive: true })
      const mounts = [{ source, target: '/home/linuxbrew/.linuxbrew', readOnly: false }]
      const { containerId } = await runReady({}, { mounts })
      const said = new TextDecoder().decode(await backend.logs(containerId, 10_000))
      expect(said.includes('.linuxbrew is not mounted')).toBe(driver.name === 'process')
      await end(containerId)
      const elsewhere = [{ source, target: '/opt/elsewhere', readOnly: false }]
      if (driver.name !== 'process') return
      const refused = await backend.run(specOf({}, { mounts: elsewhere })).catch((error: unknown) => error)
      expect(refused).toMatchObject({ kind: 'ContainerCreationFailed' })
    })

    test('a read-only folder cannot be written; one that is missing or a link is not mounted', async () => {
      const shared = dir.at('read-only')
      mkdirSync(shared, { recursive: true, mode: 0o777 })
      writeFileSync(join(shared, 'stop'), '')
      const mount = { source: shared, target: '/home/work/data', readOnly: true }
      const spec = specOf({ exitOn: 'data/stop', exitCode: 5, write: 'data/written' }, { mounts: [mount] })
      using heard = listen(backend)
      const { containerId } = await backend.run(spec)
      expect((await heard.exitOf(spec.kernelId)).exitCode).toBe(5)
      await end(containerId)
      expect(existsSync(join(shared, 'written'))).toBe(false)
      symlinkSync('/etc', dir.at('link-to-etc'))
      const moved = { ...mount, source: dir.at('link-to-etc') }
      const refused = await backend.run(specOf({}, { mounts: [moved] })).catch((error: unknown) => error)
      expect(refused).toMatchObject({ kind: 'ContainerCreationFailed' })
      const missing = { ...mount, source: dir.at('missing') }
      const failure = await backend.run(specOf({}, { mounts: [missing] })).catch((error: unknown) => error)
      expect(failure).toMatchObject({ kind: 'ContainerCreationFailed' })
    })

    test('tells only the owner about its containers', async () => {
      const { containerId } = await runReady({})
      expect(await backend.find('i-somebody-else')).toEqual([])
      await end(containerId)
    })
  })
}

/** Exits as the backend tells them; other kernels of the machine are heard too. */
function listen(backend: KernelBackend): Disposable & { exitOf(kernelId: string): Promise<ContainerExit> } {
  const exits: ContainerExit[] = []
  const watch = backend.watch((exit) => exits.push(exit))
  return {
    exitOf: (kernelId) => until(() => exits.find((exit) => exit.kernelId === kernelId)),
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }
}

function environOf(path: string): string {
  try {
    return readFileSync(join('/proc', path), 'utf8')
  } catch {
    return ''
  }
}
