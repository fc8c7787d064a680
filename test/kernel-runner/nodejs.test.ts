import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startKernel, type TestKernel } from './start-kernel.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await startKernel({ runtime: 'nodejs', files: { 'main.js': 'console.log("main", 1 + 1)' } })
})
afterAll(() => kernel[Symbol.asyncDispose]())

test('keeps state, also of names declared again', async () => {
  expect((await kernel.query('const x = 20; console.log("set")')).stdout).toBe('set\n')
  expect((await kernel.query('const x = 21; x * 2')).stdout).toBe('42\n')
  expect((await kernel.query('function twice(n) { return n * 2 }\ntwice(x)')).stdout).toBe('42\n')
})

test('top-level await, imports and TypeScript', async () => {
  const run = await kernel.query(
    'import { basename } from "node:path"\nconst name: string = await Promise.resolve("/a/b")\nbasename(name)',
  )
  expect(run.stdout).toBe("'b'\n")
})

test('errors go to standard error, in order', async () => {
  const run = await kernel.query(
    'console.log(1); console.error(2); console.log(3); throw new TypeError("bad")',
  )
  expect(run.console.slice(0, 3)).toEqual([
    ['stdout', '1\n'],
    ['stderr', '2\n'],
    ['stdout', '3\n'],
  ])
  expect(run.stderr).toContain('TypeError: bad')
  expect(run.exitCode).toBe(0)
  expect((await kernel.query('let = ')).stderr).not.toBe('')
})

test('an endless await can be interrupted', async () => {
  const first = await kernel.link.execute({
    runId: 'i',
    mode: 'query',
    code: 'await new Promise(() => {})',
    options: null,
    flushTimeoutMs: 100,
    maxChars: 1000,
  })
  await kernel.link.interrupt()
  const run = await kernel.follow(first)
  expect(run.stderr).toContain('Interrupted')
})

test('completion and batch mode', async () => {
  await kernel.query('globalThis.someName = { inner: 1 }')
  const { completions } = await kernel.link.call('complete', { code: 'someName.inn', options: {} })
  expect(completions).toEqual(['someName.inner'])
  expect((await kernel.batch({ exec: '*' })).stdout).toBe('main 2\n')
})

test('neither the driver nor its nonce is in the arguments that every user can read', async () => {
  const { stdout } = await kernel.query('require("node:fs").readFileSync("/proc/self/cmdline").length < 400')
  expect(stdout).toContain('true')
})
