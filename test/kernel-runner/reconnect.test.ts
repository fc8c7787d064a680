import { expect, test } from 'bun:test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RUN_DEFAULTS, startKernel, textOf } from './start-kernel.ts'

const COUNT = `
import time
for i in range(200):
    print(i)
    time.sleep(0.002)
`
const EXPECTED = Array.from({ length: 200 }, (_, index) => `${index}\n`).join('')

/** The first answer comes with the first output: a run that has not begun is lost with its agent. */
const ONCE_IT_RUNS = { flushTimeoutMs: 10_000, maxChars: 4 }

test('an agent that starts anew in the middle of a run loses nothing', async () => {
  await using kernel = await startKernel()
  const first = await kernel.link.execute({
    ...RUN_DEFAULTS,
    ...ONCE_IT_RUNS,
    runId: 'r',
    mode: 'query',
    code: COUNT,
  })
  expect(first.status).toBe('continued')
  await kernel.replaceLink()
  const run = await kernel.follow(first)
  expect(run.stdout).toBe(EXPECTED)
  expect((await kernel.query('i')).stdout).toBe('199\n')
})

test('output made while no agent listens arrives, and a run delivered again is not run again', async () => {
  await using kernel = await startKernel()
  const request = {
    ...RUN_DEFAULTS,
    runId: 'r',
    mode: 'query',
    code: `${COUNT}\nopen('count', 'a').write('x')`,
  } as const
  const first = await kernel.link.execute({ ...request, ...ONCE_IT_RUNS })
  await kernel.link[Symbol.asyncDispose]()
  const counted = () => readFile(join(kernel.workDir, 'count'), 'utf8').catch(() => '')
  while ((await counted()) === '') await Bun.sleep(10)
  kernel.link = await kernel.openLink()
  const again = await kernel.link.execute(request)
  const run = await kernel.follow(again)
  expect(textOf(first.console, 'stdout') + run.stdout).toBe(`${EXPECTED}1\n`)
  expect(await counted()).toBe('x')
})

test('a code sent before the runner is there runs when it comes', async () => {
  await using kernel = await startKernel({ waitForReady: false })
  expect((await kernel.query('print("early")')).stdout).toBe('early\n')
})

test('much output without an agent holds the program up, and all of it arrives', async () => {
  await using kernel = await startKernel()
  const size = 12 * 1024 * 1024
  const first = await kernel.link.execute({
    ...RUN_DEFAULTS,
    maxChars: 10,
    runId: 'r',
    mode: 'query',
    code: `import sys, os
open('started', 'w').close()
for i in range(${size / 1024}): sys.stdout.write('a' * 1024)
open('written', 'w').close()`,
  })
  await kernel.link[Symbol.asyncDispose]()
  expect(await Bun.file(join(kernel.workDir, 'written')).exists()).toBe(false)
  kernel.link = await kernel.openLink()
  const run = await kernel.follow(first)
  expect(run.stdout.length).toBe(size)
}, 20_000)

test('a runner with a wrong token is refused, one with the right token is served', async () => {
  await using kernel = await startKernel({ token: 'wrong', waitForReady: false })
  await expect(kernel.link.ready(AbortSignal.timeout(1000))).rejects.toThrow()
  expect(kernel.link.isConnected).toBe(false)
})

test('SIGTERM ends the runner and everything that it started', async () => {
  await using kernel = await startKernel()
  const run = await kernel.query(`
import subprocess
print(subprocess.Popen(['setsid', 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done']).pid)`)
  const pid = Number(run.stdout)
  expect(() => process.kill(pid, 0)).not.toThrow()
  expect(await kernel.stop()).toBe(0)
  expect(() => process.kill(pid, 0)).toThrow()
})
