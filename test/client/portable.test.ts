import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const directory = join(import.meta.dir, '../../src/client')

test('the client runs in browsers: no modules and no globals of Bun or Node', async () => {
  const result = await Bun.build({ entrypoints: [join(directory, 'client.ts')], target: 'browser' })
  expect(result.success).toBe(true)
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )) {
    const source = readFileSync(join(directory, name), 'utf8')
    expect([name, /from '(node|bun):|\bBun\.|\bprocess\.|\bBuffer\b/.exec(source)?.[0]]).toEqual([
      name,
      undefined,
    ])
  }
})
