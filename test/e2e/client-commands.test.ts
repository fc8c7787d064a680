import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { product, type RunningCluster, startUp } from '../harness/product.ts'
import { tempDirectory } from '../harness/temp.ts'

/** The client commands against a real cluster in one process, with native kernels. */
let cluster: RunningCluster
const directory = tempDirectory('client-commands')

beforeAll(async () => {
  cluster = await startUp({ args: ['--set', 'agent.backend=process'] })
}, 180_000)
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  directory[Symbol.dispose]()
})

const run = (...args: string[]) => cluster.run(args, { cwd: directory.path })

test('config knows the cluster without any setting', async () => {
  const { code, stdout } = await run('config', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ endpoint: cluster.ready.endpoint, is_authorized: true })
}, 30_000)

test('run of a snippet: the story of the documentation', async () => {
  const { code, stdout, stderr } = await run('run', 'python', '--rm', '-c', 'print("hello world")')
  expect(stdout).toBe('hello world\n')
  expect(stderr).toMatch(/✔ \[0\] Session \S+ is ready\.\n/)
  expect(stderr).toContain('✔ [0] Execution finished. (exit code = 0)\n✔ [0] Cleaned up the session.\n')
  expect(code).toBe(0)
}, 60_000)

test('run with input, longer than one answer', async () => {
  const code = 'import time; n = input("name? "); time.sleep(2.5); print("hi", n)'
  const result = await cluster.run(['run', '-q', '--rm', '-c', code, 'python'], { stdin: 'Ada\n' })
  expect(result).toEqual({ code: 0, stdout: 'name? hi Ada\n', stderr: '' })
}, 60_000)

test('run of a file ends with its exit code', async () => {
  writeFileSync(join(directory.path, 'main.py'), 'import sys\nprint(sys.argv[1:])\nsys.exit(7)\n')
  const result = await run('run', '-q', '--rm', '--exec', 'python3 main.py 1 2', 'python', 'main.py')
  expect(result).toMatchObject({ code: 7, stdout: "['1', '2']\n" })
}, 60_000)

test('run over ranges', async () => {
  const snippet = 'import os; print(os.environ["CASENO"])'
  const range = ['-e', 'CASENO=$X', '--env-range=X=case:a,b']
  const result = await run(
    'run',
    '-q',
    '--rm',
    '-c',
    snippet,
    '-r',
    'cpu=1',
    '-r',
    'mem=128m',
    ...range,
    'python',
  )
  expect(result.code).toBe(0)
  expect(result.stdout.trim().split('\n').toSorted()).toEqual(['[0] a', '[1] b'])
}, 60_000)

test('a session from start to end', async () => {
  const started = await run('start', '-q', '-t', 'mysession', 'python')
  expect(started.code).toBe(0)
  const id = started.stdout.trim()
  const listed = JSON.parse((await run('ps', '--json')).stdout) as { items: unknown[] }
  expect(listed.items).toMatchObject([{ id, name: 'mysession', status: 'RUNNING' }])
  expect((await run('info', 'mysession')).stdout).toMatch(/Status +RUNNING/)

  mkdirSync(join(directory.path, 'dir'))
  writeFileSync(join(directory.path, 'dir/a.txt'), 'content')
  expect((await run('upload', 'mysession', 'dir/a.txt')).code).toBe(0)
  expect((await run('ls', 'mysession', 'dir')).stdout).toContain('a.txt')
  expect((await run('exec', 'mysession', '--', 'cat', 'dir/a.txt')).stdout).toBe('content')
  expect((await run('download', 'mysession', 'dir', '--dest', 'out')).code).toBe(0)
  expect(readFileSync(join(directory.path, 'out/dir/a.txt'), 'utf8')).toBe('content')

  const shell = await cluster.run(['exec', 'mysession'], { stdin: 'echo sum-$((1+1)); exit\n' })
  expect(shell.code).toBe(0)
  expect(shell.stdout).toContain('sum-2')

  expect((await run('rename', 'mysession', 'renamed')).code).toBe(0)
  const typo = await run('rm', 'renamd')
  expect(typo).toMatchObject({ code: 1, stdout: '' })
  expect(typo.stderr).toContain('Did you mean: renamed?')
  expect((await run('rm', 'renamed')).code).toBe(0)
  expect((await run('ps')).stderr).toContain('no compute sessions running')
}, 120_000)

test('Ctrl-C interrupts the code and leaves nothing behind', async () => {
  const file = (await product()).replace(/backendai$/, 'backend.ai')
  const code = 'import time; print("go", flush=True); time.sleep(600)'
  const child = Bun.spawn([file, 'run', '-q', '--rm', '-c', code, 'python'], {
    env: { ...process.env, ...cluster.env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const first = await child.stdout.getReader().read()
  expect(new TextDecoder().decode(first.value)).toBe('go\n')
  child.kill('SIGINT')
  expect(await child.exited).toBe(130)
  expect(await new Response(child.stderr).text()).toContain('KeyboardInterrupt')
  expect(JSON.parse((await run('ps', '--json')).stdout)).toMatchObject({ items: [] })
}, 60_000)
