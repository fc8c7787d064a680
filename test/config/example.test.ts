import { expect, test } from 'bun:test'
import { parse } from 'smol-toml'
import example from '../../config.example.toml' with { type: 'text' }
import { mergeEntries } from '../../src/config/merge.ts'
import { entriesOfTable } from '../../src/config/raw.ts'
import { configSchema } from '../../src/config/schema/index.ts'
import { keysOf } from '../../src/config/schema/section.ts'
import { validate } from '../../src/config/validate.ts'

const text = String(example)
/** `#key = value` and `#[table]` are settings, `# words` are prose. */
const everything = text.replace(/^#(?=[a-z0-9-]+ = |\[)/gm, '')

const load = (toml: string) => validate(mergeEntries(entriesOfTable(parse(toml), 'config.example.toml')))

test('every key of every role is in the example, and nothing else is', () => {
  const known = keysOf(configSchema).sort()
  const shown = entriesOfTable(parse(everything), '')
    .map(({ path }) => path.join('.').replace(/^volume\.volume1\./, 'volume.<name>.'))
    .sort()
  expect(known.length).toBeGreaterThan(150)
  expect(shown).toEqual(known)
})

test('the values that are not commented out are the defaults', () => {
  expect(load(text)).toEqual(load(''))
})

test('the values that are commented out are valid', () => {
  expect(load(everything).volume.volume1?.path).toBe('/mnt/vfolders/volume1')
})

test('every key has a line of prose above it or above its group', () => {
  const bare = everything
    .split(/\n(?=\[)/)
    .filter((table) => /^[a-z0-9-]+ = /m.test(table) && !table.includes('# '))
  expect(bare.map((table) => table.split('\n')[0])).toEqual([])
})
