/** Every command of the official client 23.9.10 has ours, with every spelling of its options and as many operands. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Option } from 'commander'
import { createBinding } from '../../src/cli/bind.ts'
import { openContext } from '../../src/cli/open-context.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { testIo } from './test-io.ts'

interface Official {
  operands: string[]
  /** Spellings, and `<value>` last where it takes one. */
  options: string[][]
}

const file = join(import.meta.dir, '../compat/data/official-commands.json')
const OFFICIAL = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Official>

/** Model services come later. */
const isLater = (path: string): boolean => /^(model|service) /.test(path)

async function find(path: string): Promise<Command | null> {
  const words = path.split(' ')
  const io = testIo()
  const { bind } = createBinding((flags) => openContext(io, flags, new AbortController().signal))
  let command: Command | undefined = await buildProgram(words, io, bind)
  for (const word of words) {
    const below: readonly Command[] = command?.commands ?? []
    command = below.find((each) => each.name() === word || each.aliases().includes(word))
  }
  return command ?? null
}

/** How commander itself finds the option of a word. */
const spelled = (option: Option, word: string): boolean =>
  (option as Option & { is(word: string): boolean }).is(word)

const paths = Object.keys(OFFICIAL).filter((path) => !isLater(path))

test.each(paths)('%s', async (path) => {
  const official = OFFICIAL[path]
  const command = await find(path)
  if (!official || !command) throw new Error(`there is no command "${path}"`)
  const missing = official.options.flatMap((words) => {
    const takesValue = words.at(-1) === '<value>'
    return words
      .filter((word) => word.startsWith('-'))
      .filter((word) => {
        const option = command.options.find((each) => spelled(each, word))
        return !option || (option.required || option.optional) !== takesValue
      })
  })
  expect(missing).toEqual([])
  const own = command.registeredArguments
  const room = own.some((argument) => argument.variadic) ? Number.POSITIVE_INFINITY : own.length
  expect(room).toBeGreaterThanOrEqual(official.operands.length)
})

test('the list is whole', () => {
  expect(Object.keys(OFFICIAL).length).toBeGreaterThan(180)
  expect(paths.length).toBeGreaterThan(165)
})
