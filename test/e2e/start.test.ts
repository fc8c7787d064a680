import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { requireDocker } from '../harness/docker.ts'
import { placement } from '../harness/placement.ts'
import { tempDirectory } from '../harness/temp.ts'

const root = join(import.meta.dir, '../..')
/** Room for a build and an image on a busy machine; a start that reuses everything has its own bound below. */
const LIMIT_MS = 240_000

async function npmStart(env: Record<string, string>) {
  const started = performance.now()
  const child = Bun.spawn(['npm', 'start', '--silent', '--', '--exit'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code, stdout, stderr, seconds: (performance.now() - started) / 1000 }
}

/** The lines of "Verifying Installation", then the greeting, with the password at the first start only. */
async function expectTheStory(env: Record<string, string>, kernels: RegExp): Promise<void> {
  const first = await npmStart(env)
  expect(first.stderr).toBe('')
  expect(first.stdout).toMatch(/∙ Session token prefix: \w+/)
  expect(first.stdout).toMatch(
    /✔ \[0\] Session \S+ is ready\.\nhello world\n✔ \[0\] Execution finished\. \(exit code = 0\)/,
  )
  expect(first.stdout).toContain('✔ [0] Cleaned up the session.')
  expect(first.stdout).toMatch(kernels)
  expect(first.stdout.indexOf('Password')).toBeGreaterThan(first.stdout.indexOf('Cleaned up'))
  expect(first.code).toBe(0)
  const second = await npmStart(env)
  expect(second.code).toBe(0)
  expect(second.stdout).toContain('hello world')
  expect(second.stdout).not.toContain('Password')
  const up = Number(/Cluster is up in ([\d.]+) s/.exec(second.stdout)?.[1])
  expect(up).toBeLessThan(2)
}

test(
  'npm start without a container engine',
  async () => {
    using data = tempDirectory('start')
    const env = {
      ...(await placement()),
      BACKENDAI_DATA: data.path,
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    }
    await expectTheStory(env, /process/)
  },
  LIMIT_MS,
)

test(
  'npm start with Docker',
  async () => {
    await using engine = await requireDocker()
    using data = tempDirectory('start')
    const env = { ...(await placement()), BACKENDAI_DATA: data.path, DOCKER_HOST: engine.host }
    await expectTheStory(env, /docker/i)
  },
  LIMIT_MS,
)
