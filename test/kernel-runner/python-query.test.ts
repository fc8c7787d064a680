import { afterAll, beforeAll, expect, test } from 'bun:test'
import { RUN_DEFAULTS, startKernel, type TestKernel } from './start-kernel.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await startKernel()
})
afterAll(() => kernel[Symbol.asyncDispose]())

test('keeps state between runs and shows the last expression', async () => {
  const first = await kernel.query('x = 20\nprint("set")')
  expect(first).toMatchObject({ status: 'finished', exitCode: 0, console: [['stdout', 'set\n']] })
  const second = await kernel.query('x += 1\nx * 2')
  expect(second.stdout).toBe('42\n')
})

test('an exception leaves a traceback of the user code only, and exit code 0', async () => {
  const run = await kernel.query('def f():\n    return 1 / 0\nprint("before")\nf()')
  expect(run.exitCode).toBe(0)
  expect(run.console[0]).toEqual(['stdout', 'before\n'])
  expect(run.stderr).toStartWith('Traceback (most recent call last):\n  File "<input-')
  expect(run.stderr).toContain('return 1 / 0')
  expect(run.stderr).toEndWith('ZeroDivisionError: division by zero\n')
  expect(run.stderr).not.toContain('<string>')
})

test('a syntax error names its line', async () => {
  const run = await kernel.query('x = = 1')
  expect(run.stderr).toContain('SyntaxError')
  expect(run.stderr).not.toContain('Traceback')
})

test('keeps the order of output, errors, child processes and rich results', async () => {
  const run = await kernel.query(`
import sys, os, subprocess
print('1')
print('2', file=sys.stderr)
os.system('echo 3')
subprocess.run(['echo', '4'])
print('6')
class Table:
    def _repr_html_(self): return '<b>7</b>'
display(Table())
print('8')
os.write(1, b'9\\n')
Table()`)
  expect(run.console).toEqual([
    ['stdout', '1\n'],
    ['stderr', '2\n'],
    ['stdout', '3\n4\n6\n'],
    ['html', '<b>7</b>'],
    ['stdout', '8\n9\n'],
    ['html', '<b>7</b>'],
  ])
})

test('what a child process writes, to either stream, keeps its place among all that is printed', async () => {
  const run = await kernel.query(`
import sys, os, subprocess
class Rich:
    def _repr_html_(self): return '-'
for _ in range(8):
    print('a')
    print('b', file=sys.stderr)
    os.system('echo c')
    print('d', file=sys.stderr)
    subprocess.run('echo e >&2', shell=True)
    print('f')
    display(Rich())
    os.waitpid(os.spawnlp(os.P_NOWAIT, 'sh', 'sh', '-c', 'echo g >&2; echo h >&2'), 0)
    print('i')`)
  const all = run.console.map(([, text]) => text).join('')
  expect(all).toBe('a\nb\nc\nd\ne\nf\n-g\nh\ni\n'.repeat(8))
})

test('media: data URI for pictures, text for SVG', async () => {
  const run = await kernel.query(`
class Png:
    def _repr_png_(self): return b'\\x89PNG'
class Svg:
    def _repr_svg_(self): return '<svg/>'
display(Svg())
Png()`)
  expect(run.console).toEqual([
    ['media', ['image/svg+xml', '<svg/>']],
    ['media', ['image/png', 'data:image/png;base64,iVBORw==']],
  ])
})

test('input() and getpass() ask the client', async () => {
  const first = await kernel.link.execute({
    ...RUN_DEFAULTS,
    runId: 'ask',
    mode: 'query',
    code: `
import getpass
name = input('name? ')
secret = getpass.getpass()
print(name, secret)`,
  })
  expect(first).toMatchObject({
    status: 'waiting-input',
    options: { is_password: false },
    console: [['stdout', 'name? ']],
  })
  const second = await kernel.link.execute({ ...RUN_DEFAULTS, runId: 'ask', mode: 'input', code: '바다' })
  expect(second).toMatchObject({ status: 'waiting-input', options: { is_password: true } })
  const third = await kernel.link.execute({ ...RUN_DEFAULTS, runId: 'ask', mode: 'input', code: 's3' })
  expect(third).toMatchObject({ status: 'finished', console: [['stdout', '바다 s3\n']] })
})

test('interrupt raises KeyboardInterrupt and keeps the state', async () => {
  const first = await kernel.link.execute({
    ...RUN_DEFAULTS,
    flushTimeoutMs: 100,
    runId: 'long',
    mode: 'query',
    code: 'kept = 7\nprint("go", flush=True)\nimport time\ntime.sleep(60)',
  })
  expect(first.status).toBe('continued')
  await kernel.link.interrupt()
  const run = await kernel.follow(first)
  expect(run.stdout).toBe('go\n')
  expect(run.stderr).toEndWith('KeyboardInterrupt\n')
  expect((await kernel.query('kept')).stdout).toBe('7\n')
})

test('interrupt while waiting for input ends the run', async () => {
  const first = await kernel.link.execute({ ...RUN_DEFAULTS, runId: 'int', mode: 'query', code: 'input()' })
  expect(first.status).toBe('waiting-input')
  await kernel.link.interrupt()
  const run = await kernel.follow({ ...first, status: 'continued' })
  expect(run.stderr).toEndWith('KeyboardInterrupt\n')
  expect((await kernel.query('1')).stdout).toBe('1\n')
})

test('a long run answers continued until it ends', async () => {
  const code = 'import time\nfor i in range(6):\n    print(i)\n    time.sleep(0.05)'
  const first = await kernel.link.execute({
    ...RUN_DEFAULTS,
    flushTimeoutMs: 20,
    runId: 'slow',
    mode: 'query',
    code,
  })
  expect(first).toMatchObject({ status: 'continued', exitCode: null })
  const run = await kernel.follow(first)
  expect(run.stdout).toBe('0\n1\n2\n3\n4\n5\n')
})

test('much output comes capped and complete', async () => {
  const size = 2 * 1024 * 1024
  const run = await kernel.query(`print('é' * ${size}, end='')\nprint('\\nend')`)
  expect(run.stdout).toBe(`${'é'.repeat(size)}\nend\n`)
  expect(run.results.length).toBeGreaterThan(3)
  for (const { console } of run.results) {
    for (const [, text] of console) expect(String(text).length).toBeLessThanOrEqual(524_288)
  }
})

test('a line that is not ended yet is shown while the run goes on', async () => {
  const first = await kernel.link.execute({
    ...RUN_DEFAULTS,
    flushTimeoutMs: 300,
    runId: 'progress',
    mode: 'query',
    code: 'print("50%", end="")\ninput()',
  })
  expect(first).toMatchObject({ status: 'waiting-input', console: [['stdout', '50%']] })
  const sleeping = 'import time\nprint("1", end="")\nprint("2", end=" ")\ntime.sleep(60)'
  await kernel.link.execute({ ...RUN_DEFAULTS, runId: 'progress', mode: 'input', code: '' })
  const shown = await kernel.link.execute({
    ...RUN_DEFAULTS,
    flushTimeoutMs: 300,
    runId: 'sleeping',
    mode: 'query',
    code: sleeping,
  })
  expect(shown).toMatchObject({ status: 'continued', console: [['stdout', '12 ']] })
  await kernel.link.interrupt()
  await kernel.follow(shown)
})

test('a character split between two writes arrives whole', async () => {
  const run = await kernel.query(`
import os, time
os.write(1, b'\\xed\\x95')
time.sleep(0.05)
_ = os.write(1, b'\\x9c\\n')`)
  expect(run.console).toEqual([['stdout', '한\n']])
})

test('a second run waits for the first; delivering a run twice runs it once', async () => {
  const first = kernel.link.execute({
    ...RUN_DEFAULTS,
    runId: 'one',
    mode: 'query',
    code: 'import time; time.sleep(0.2); counted = globals().get("counted", 0) + 1; print("one")',
  })
  const second = kernel.link.execute({ ...RUN_DEFAULTS, runId: 'two', mode: 'query', code: 'print(counted)' })
  expect((await first).console).toEqual([['stdout', 'one\n']])
  expect((await second).console).toEqual([['stdout', '1\n']])
  const again = await kernel.link.execute({ ...RUN_DEFAULTS, runId: 'one', mode: 'query', code: 'ignored' })
  expect(again).toEqual(await first)
})

test('top-level await works', async () => {
  expect((await kernel.query('import asyncio\nawait asyncio.sleep(0, 5)')).stdout).toBe('5\n')
})

test('completion knows the variables', async () => {
  await kernel.query('some_long_name = "text"')
  const names = await kernel.link.call('complete', { code: 'some_lo', options: {} })
  expect(names.completions).toEqual(['some_long_name'])
  const methods = await kernel.link.call('complete', { code: 'some_long_name.upp', options: {} })
  expect(methods.completions).toEqual(['some_long_name.upper()'])
})

test('an interpreter that dies ends the run with its exit code; the next run has a new one', async () => {
  const run = await kernel.query('print("last words")\nimport os\nos._exit(7)')
  expect(run).toMatchObject({ exitCode: 7, stdout: 'last words\n' })
  expect(run.stderr).toContain('exit code 7')
  const killed = await kernel.query('import os, signal; os.kill(os.getpid(), signal.SIGKILL)')
  expect(killed.exitCode).toBe(137)
  expect((await kernel.query('"some_long_name" in globals()')).stdout).toBe('False\n')
})

test('an interpreter that is killed says so', async () => {
  const died = await kernel.query('import os\nos.kill(os.getpid(), 9)')
  expect(died.exitCode).toBe(137)
  expect(died.stderr).toMatch(
    /^\[The interpreter ended with exit code 137: killed( \(out of memory\?\))?; a new one/,
  )
})

test('neither the driver nor its nonce is in the arguments that every user can read', async () => {
  const { stdout } = await kernel.query('len(open("/proc/self/cmdline").read()) < 120')
  expect(stdout).toBe('True\n')
})

test('forked children print without harming the order', async () => {
  const run = await kernel.query(`
import os
print('parent')
pid = os.fork()
if pid == 0:
    print('child')
    os._exit(0)
os.waitpid(pid, 0)
print('after')`)
  expect(run.stdout).toBe('parent\nchild\nafter\n')
})

test('an unknown run is refused', async () => {
  await expect(
    kernel.link.execute({ ...RUN_DEFAULTS, runId: 'never', mode: 'continue', code: '' }),
  ).rejects.toMatchObject({ kind: 'object-not-found' })
})
