import { expect, test } from 'bun:test'
import { chmod, chown, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { startKernel } from './start-kernel.ts'

const isRoot = process.getuid?.() === 0
const USER = isRoot ? 54_321 : process.getuid?.()
const GROUP = isRoot ? 54_322 : process.getgid?.()

test('children and uploaded files belong to the user', async () => {
  await using kernel = await startKernel({
    runtime: 'app',
    waitForReady: false,
    runnerEnviron: { BACKENDAI_RUNNER_UID: String(USER), BACKENDAI_RUNNER_GID: String(GROUP) },
  })
  await chmod(kernel.dir, 0o755)
  if (isRoot) await chown(kernel.workDir, USER ?? 0, GROUP ?? 0)
  const run = await kernel.query('id -u; id -g; id -G; echo via-dev > /dev/stdout; touch made')
  const groups = isRoot ? String(GROUP) : run.stdout.split('\n')[2]
  expect(run.stdout).toBe(`${USER}\n${GROUP}\n${groups}\nvia-dev\n`)
  await kernel.link.call('writeFile', { path: 'a/b/c.txt', content: new Uint8Array(3) })
  for (const path of ['made', 'a', 'a/b', 'a/b/c.txt']) {
    const { uid, gid } = await stat(join(kernel.workDir, path))
    expect([uid, gid]).toEqual([USER, GROUP] as [number, number])
  }
})

test('orphans are reaped', async () => {
  await using kernel = await startKernel({ runtime: 'app' })
  const run = await kernel.query('sh -c "(sleep 0.05; echo \\$\\$ > ended) & " ; echo started')
  expect(run.stdout).toBe('started\n')
  const zombies = async () => {
    const found: string[] = []
    for (const name of await readdir('/proc')) {
      const text = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '') : ''
      const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z' && Number(parent) === kernel.pid) found.push(name)
    }
    return found
  }
  while (!(await Bun.file(join(kernel.workDir, 'ended')).exists())) await Bun.sleep(5)
  // The corpse lies until the runner hears of it; it must, without another command.
  for (let left = 200; left > 0 && (await zombies()).length > 0; left -= 1) await Bun.sleep(5)
  expect(await zombies()).toEqual([])
})

test('output is copied to the task log when .logs is mounted', async () => {
  await using kernel = await startKernel({ runtime: 'app', folders: ['.logs'] })
  await kernel.query('echo logged; echo error >&2')
  await kernel.stop()
  const log = await readFile(join(kernel.workDir, '.logs/task/0a/1b/2c3d.log'), 'utf8')
  expect(log.split('\n').toSorted()).toEqual(['', 'error', 'logged'])
})

test('a runner that is started without its settings says what is missing', async () => {
  const child = Bun.spawn({
    cmd: [process.execPath, join(import.meta.dir, 'run-kernel-runner.ts')],
    env: {},
    stderr: 'pipe',
  })
  expect(await new Response(child.stderr).text()).toContain('BACKENDAI_RUNNER_KERNEL_ID is not set')
  expect(await child.exited).toBe(2)
})
