import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { isAlive } from '../harness/alive.ts'
import { requireDocker } from '../harness/docker.ts'
import { placement } from '../harness/placement.ts'
import { tempDirectory } from '../harness/temp.ts'

const root = join(import.meta.dir, '../..')
/** Room for a build and an image on a busy machine; a start that reuses everything has its own bound below. */
const LIMIT_MS = 240_000

/** Both streams as a terminal would show them. */
async function npmStart(env: Record<string, string>) {
  const child = Bun.spawn(['sh', '-c', 'npm start --silent -- --exit 2>&1'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
  })
  const [code, output] = await Promise.all([child.exited, new Response(child.stdout).text()])
  return { code, output }
}

/** What "Verifying Installation" of the documentation shows, in its order. */
const STORY =
  /✔ \[0\] Session \S+ is ready\.\nhello world\n✔ \[0\] Execution finished\. \(exit code = 0\)\n✔ \[0\] Cleaned up the session\.\n/

/** The run, then the greeting with the password, which a second start neither has nor needs. */
async function expectTheStory(env: Record<string, string>, kernels: RegExp): Promise<void> {
  const first = await npmStart(env)
  expect(first.output).toMatch(STORY)
  expect(first.output).toMatch(kernels)
  expect(first.output.indexOf('Password')).toBeGreaterThan(first.output.indexOf('Cleaned up'))
  expect(first.code).toBe(0)
  const second = await npmStart(env)
  expect(second.output).toMatch(STORY)
  expect(second.output).not.toContain('Password')
  expect(Number(/Cluster is up in ([\d.]+) s/.exec(second.output)?.[1])).toBeLessThan(2)
  expect(second.code).toBe(0)
}

test(
  'npm start without a container engine',
  async () => {
    using data = tempDirectory('start')
    const nowhere = 'unix:///nowhere/docker.sock'
    await expectTheStory(
      { ...(await placement()), BACKENDAI_DATA: data.path, DOCKER_HOST: nowhere },
      /Kernel backend: native process/,
    )
  },
  LIMIT_MS,
)

test(
  'npm start with Docker',
  async () => {
    await using engine = await requireDocker()
    using data = tempDirectory('start')
    await expectTheStory(
      { ...(await placement()), BACKENDAI_DATA: data.path, DOCKER_HOST: engine.host },
      /Kernel backend: .*Docker/i,
    )
  },
  LIMIT_MS,
)

test(
  'npm start stays until Ctrl-C and leaves no process behind',
  async () => {
    using data = tempDirectory('start')
    const env = {
      ...(await placement()),
      BACKENDAI_DATA: data.path,
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    }
    const child = Bun.spawn(['node', 'tools/start.mjs'], {
      cwd: root,
      env: { ...process.env, ...env },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'ignore',
    })
    let output = ''
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) {
      output += decoder.decode(chunk, { stream: true })
      if (output.includes('Ctrl-C stops it.')) child.kill('SIGINT')
    }
    expect(await child.exited).toBe(0)
    expect(output).toContain('hello world')
    expect(output).toContain(`In another terminal: BACKENDAI_DATA=${data.path} `)
    const { pid } = await Bun.file(data.at('ready.json')).json()
    expect(isAlive(pid)).toBe(false)
  },
  LIMIT_MS,
)
