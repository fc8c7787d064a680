/** Every command of the official client's own tree, unchanged, against the product in both shapes. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BackendName, type ShapeName, startShape } from '../harness/shapes.ts'
import { tempDirectory } from '../harness/temp.ts'
import { cluster, usage } from './commands/journeys/cluster.ts'
import { folders } from './commands/journeys/folders.ts'
import { identity } from './commands/journeys/identity.ts'
import { own } from './commands/journeys/own.ts'
import { sessions } from './commands/journeys/sessions.ts'
import { createOutcomes } from './commands/outcomes.ts'
import { commandTree } from './commands/tree.ts'
import { createWorld, type World } from './commands/world.ts'

const SHAPES: [ShapeName, BackendName][] = [
  ['up', 'process'],
  ['cluster', 'process'],
]
const START_MS = 240_000
/** A command takes a second or two; there are some 200. */
const ALL_MS = 600_000

const tree = commandTree()
/** Reason → commands. */
const reasons: Record<string, string[]> = JSON.parse(
  readFileSync(join(import.meta.dir, 'later.json'), 'utf8'),
)
const later = Object.values(reasons).flat()
const now = tree.filter(({ path }) => !later.includes(path))

test('only commands of storage, app tunnels and model services come later', () => {
  const paths = tree.map(({ path }) => path)
  const may = /^((session )?(ssh|scp)|app|(admin )?(vfolder|storage) .+|(model|service) .+)$/
  expect(later.filter((path) => !paths.includes(path) || !may.test(path))).toEqual([])
})

describe.each(SHAPES)('%s with %s', (name, backend) => {
  const outcomes = createOutcomes(tree)
  const stack = new AsyncDisposableStack()
  let world: World

  beforeAll(async () => {
    const home = stack.use(tempDirectory('commands'))
    const shape = stack.use(await startShape(name, { backend }))
    world = stack.use(createWorld(shape, home, outcomes))
  }, START_MS)

  afterAll(async () => {
    const failed = now.filter(({ path, aliases }) =>
      [path, ...aliases].some((each) => outcomes.complaintsOf(each).length > 0),
    )
    console.log(
      `client ${name}: ${now.length - failed.length} passed, ${failed.length} failed, later ${tree.length - now.length}`,
    )
    await stack.disposeAsync()
  }, START_MS)

  test(
    'all that is done with them',
    async () => {
      const member = world.as('member', await identity(world))
      await cluster(world)
      await sessions(world)
      await usage(world)
      await folders(world, member)
      await own(world)
    },
    ALL_MS,
  )

  for (const { path, aliases } of now)
    test(path, () => expect([path, ...aliases].flatMap(outcomes.complaintsOf)).toEqual([]))
})
