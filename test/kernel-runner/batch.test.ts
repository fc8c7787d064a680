import { expect, test } from 'bun:test'
import { RUN_DEFAULTS, startKernel } from './start-kernel.ts'

const statuses = (run: { results: { status: string; exitCode: number | null }[] }) =>
  run.results
    .filter(({ status }) => status !== 'continued')
    .map(({ status, exitCode }) => [status, exitCode] as const)

test('clean, build and exec run in this order, by the shell, in the work folder', async () => {
  await using kernel = await startKernel()
  const run = await kernel.batch({
    clean: 'echo cleaned > steps',
    build: 'echo built >> steps; echo building >&2',
    exec: 'cat steps; pwd; echo "$HOME $USER $LANG $TERM"',
  })
  expect(statuses(run)).toEqual([
    ['clean-finished', 0],
    ['build-finished', 0],
    ['finished', 0],
  ])
  expect(run.stderr).toBe('building\n')
  expect(run.stdout).toBe(`cleaned\nbuilt\n${kernel.workDir}\n${kernel.workDir} work C.UTF-8 xterm\n`)
})

test('a failed build keeps exec from running: 127', async () => {
  await using kernel = await startKernel()
  const run = await kernel.batch({ build: 'exit 3', exec: 'echo never' })
  expect(statuses(run)).toEqual([
    ['clean-finished', 0],
    ['build-finished', 3],
    ['finished', 127],
  ])
  expect(run.stdout).toBe('')
  const next = await kernel.batch({ exec: 'echo again; exit 5' })
  expect(next).toMatchObject({ exitCode: 5, stdout: 'again\n' })
})

test('* makes with a makefile and runs main.py, whose input() asks', async () => {
  await using kernel = await startKernel({
    files: {
      Makefile: 'all:\n\t@echo made > made.txt\n',
      'main.py': `
import sys
print(open('made.txt').read().strip(), sys.argv, __name__, __file__)
print(input('? '))
sys.exit(4)
`,
    },
  })
  const first = await kernel.link.execute({
    ...RUN_DEFAULTS,
    runId: 'b',
    mode: 'batch',
    code: '',
    options: { clean: '*', build: '*', exec: '*' },
  })
  const run = await kernel.follow(first, () => 'typed')
  expect(run.stdout).toBe("made ['main.py'] __main__ main.py\n? typed\n")
  expect(run.exitCode).toBe(4)
})

test('a plain python command passes its arguments and reports exceptions as Python does', async () => {
  await using kernel = await startKernel({
    files: { 'job.py': 'import sys\nprint(sys.argv)\nraise ValueError("x")' },
  })
  const run = await kernel.batch({ exec: 'python3 job.py a --b=c' })
  expect(run.stdout).toBe("['job.py', 'a', '--b=c']\n")
  expect(run.stderr).toStartWith('Traceback (most recent call last):\n  File "job.py", line 3, in <module>\n')
  expect(run.exitCode).toBe(1)
  const missing = await kernel.batch({ exec: 'python3 missing.py' })
  expect(missing).toMatchObject({ exitCode: 2 })
  expect(missing.stderr).toContain("can't open file")
})

test('a command reads what the client types, and an interrupt ends it', async () => {
  await using kernel = await startKernel({ runtime: 'app' })
  const options = { exec: 'echo ready; read line; echo "got $line"; sleep 60' }
  let result = await kernel.link.execute({
    ...RUN_DEFAULTS,
    flushTimeoutMs: 50,
    runId: 'b',
    mode: 'batch',
    code: '',
    options,
  })
  let seen = result.console.map(([, text]) => text).join('')
  const collect = async (mode: 'continue' | 'input', code: string, until: string) => {
    do {
      result = await kernel.link.execute({ ...RUN_DEFAULTS, flushTimeoutMs: 50, runId: 'b', mode, code })
      seen += result.console.map(([, text]) => text).join('')
      mode = 'continue'
    } while (!seen.includes(until))
  }
  // What is typed before the command runs has no reader.
  if (!seen.includes('ready')) await collect('continue', '', 'ready')
  await collect('input', 'hello', 'got hello')
  await kernel.link.interrupt()
  const run = await kernel.follow({ ...result, status: 'continued' })
  expect(run.exitCode).toBe(130)
})

test('query mode of an image without a language is the shell', async () => {
  await using kernel = await startKernel({ runtime: 'app' })
  expect(await kernel.query('echo $((6 * 7)); exit 2')).toMatchObject({ stdout: '42\n', exitCode: 2 })
  expect((await kernel.query('echo out > /dev/stdout')).stdout).toBe('out\n')
})

test('a background process neither holds up its run nor loses its later output', async () => {
  await using kernel = await startKernel({ runtime: 'app' })
  const run = await kernel.query('(until [ -e go ]; do sleep 0.01; done; echo later; touch done) & echo now')
  expect(run.stdout).toBe('now\n')
  let seen = (await kernel.query('touch go; until [ -e done ]; do sleep 0.01; done; echo next')).stdout
  while (!seen.includes('later')) seen += (await kernel.query('true')).stdout
  expect(seen.split('\n').toSorted()).toEqual(['', 'later', 'next'])
})
