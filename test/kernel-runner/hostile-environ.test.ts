import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { startKernel } from './start-kernel.ts'

const ENVIRON = [
  'BUN_OPTIONS=--preload=/nonexistent/evil.ts',
  'BUN_INSPECT=127.0.0.1:1',
  'NODE_OPTIONS=--require=/nonexistent/evil.js',
  'LD_PRELOAD=/nonexistent/evil.so',
  'HOME=/root',
  'not a variable',
  '=nothing',
  'GREETING=hello=world',
].join('\n')

test('variables of the user reach children, and never the runner', async () => {
  await using kernel = await startKernel({ environ: ENVIRON, runnerEnviron: { OF_THE_IMAGE: 'x' } })
  const run = await kernel.query(`
import os
for name in ('GREETING', 'LD_PRELOAD', 'BUN_OPTIONS', 'HOME', 'OF_THE_IMAGE', 'BACKENDAI_RUNNER_TOKEN'):
    print(name, os.environ.get(name))`)
  expect(run.stdout).toBe(
    [
      'GREETING hello=world',
      'LD_PRELOAD /nonexistent/evil.so',
      'BUN_OPTIONS --preload=/nonexistent/evil.ts',
      `HOME ${kernel.workDir}`,
      'OF_THE_IMAGE x',
      'BACKENDAI_RUNNER_TOKEN None',
      '',
    ].join('\n'),
  )
  const own = readFileSync(`/proc/${kernel.pid}/environ`, 'latin1')
  expect(own).not.toContain('evil')
})
