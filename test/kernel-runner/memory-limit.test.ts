import { expect, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { findMemoryLimit, watchMemory } from '../../src/kernel-runner/execution/memory-limit.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'

const MIB = 1024 * 1024

/** A file system of control groups: path → content. */
async function groups(dir: TempDirectory, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dir.at(name, '..'), { recursive: true })
    await Bun.write(dir.at(name), text)
  }
  return findMemoryLimit(dir.path, dir.at('membership'))
}

test.each([
  [
    'version 2, by its path',
    { membership: '0::/backendai/k1\n' },
    'backendai/k1/memory.max',
    'backendai/k1/memory.events',
  ],
  ['version 2, a view of its own', { membership: '0::/\n' }, 'memory.max', 'memory.events'],
  [
    'version 1, by its path',
    { membership: '4:memory:/backendai/k1\n1:cpu:/\n' },
    'memory/backendai/k1/memory.limit_in_bytes',
    'memory/backendai/k1/memory.oom_control',
  ],
  [
    "version 1, a container under the machine's path",
    { membership: '4:cpu,memory:/docker/abc\n0::/\n' },
    'memory/memory.limit_in_bytes',
    'memory/memory.oom_control',
  ],
])('a program that the limit ended is told from others: %s', async (_, membership, limit, events) => {
  using dir = tempDirectory('memory')
  const state = (kills: number) => `low 0\noom 3\noom_kill ${kills}\n`
  const group = await groups(dir, { ...membership, [limit]: `${300 * MIB}\n`, [events]: state(1) })
  const causeOf = watchMemory(group)
  expect(causeOf(137)).toBe('killed')
  await Bun.write(dir.at(events), state(2))
  expect(causeOf(137)).toBe('the memory limit of 300 MiB was exceeded')
  expect(causeOf(1)).toBeNull()
  expect(watchMemory(group)(137)).toBe('killed')
})

test('without a limit to be seen it is a guess', async () => {
  using dir = tempDirectory('memory')
  const group = await groups(dir, {
    membership: '4:memory:/\n',
    'memory/memory.limit_in_bytes': '9223372036854771712\n',
    'memory/memory.oom_control': 'oom_kill 7\n',
  })
  expect(group).toBeNull()
  expect(watchMemory(group)(137)).toBe('killed (out of memory?)')
  expect(watchMemory(group)(0)).toBeNull()
})
