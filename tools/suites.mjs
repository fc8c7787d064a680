// The kinds of tests, in the order in which they run, and what each needs beyond dependencies and Bun.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './toolchain.mjs'

/** Folders of test/ that hold another kind, or help for tests. */
const NOT_UNIT = ['contract', 'e2e', 'compat', 'bench', 'soak', 'harness']
const MINUTE = 60_000

function unitFiles() {
  const names = readdirSync(join(root, 'test'), { withFileTypes: true })
  const chosen = names.filter((entry) =>
    entry.isDirectory() ? !NOT_UNIT.includes(entry.name) : entry.name.endsWith('.test.ts'),
  )
  // Bun takes arguments without ./ as filters on the path anywhere.
  return chosen.map((entry) => `./test/${entry.name}`)
}

const compatParts = () =>
  readdirSync(join(root, 'test/compat'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => name.replace('.test.ts', ''))

/** Parts of several files. */
const TOGETHER = { client: ['client', 'commands'], graphql: ['graphql', 'graphql-schema'] }
const filesOf = (parts) =>
  parts.flatMap((part) => TOGETHER[part] ?? [part]).map((part) => `./test/compat/${part}.test.ts`)

const bunTest = (paths, timeout) => ['test', `--timeout=${timeout}`, ...paths]

/**
 * `needs` name entries of test-needs.mjs; `reads` says how the output is counted; `parts` may run by themselves.
 * @type {{name: string, needs: string[], limit: number, reads: 'check' | 'exit' | 'bun' | 'bench', parts?: () => string[], args: (parts?: string[]) => string[]}[]}
 */
export const SUITES = [
  { name: 'check', needs: [], limit: 10 * MINUTE, reads: 'check', args: () => ['tools/check.ts'] },
  { name: 'build', needs: [], limit: 5 * MINUTE, reads: 'exit', args: () => ['build.ts', '--force'] },
  { name: 'unit', needs: [], limit: 15 * MINUTE, reads: 'bun', args: () => bunTest(unitFiles(), 20_000) },
  {
    name: 'contract',
    needs: ['postgresql', 'redis', 'engine', 'python'],
    limit: 20 * MINUTE,
    reads: 'bun',
    args: () => bunTest(['./test/contract'], 60_000),
  },
  {
    name: 'e2e',
    needs: ['postgresql', 'redis', 'engine', 'python', 'browser', 'registry'],
    limit: 25 * MINUTE,
    reads: 'bun',
    args: () => bunTest(['./test/e2e'], 120_000),
  },
  {
    name: 'compat',
    needs: ['postgresql', 'redis', 'engine', 'python', 'client'],
    limit: 30 * MINUTE,
    reads: 'bun',
    parts: compatParts,
    args: (parts) => bunTest(parts ? filesOf(parts) : ['./test/compat'], 120_000),
  },
  {
    name: 'bench',
    needs: ['postgresql', 'redis', 'engine', 'python'],
    limit: 15 * MINUTE,
    reads: 'bench',
    args: () => ['test/bench/main.ts', '--short'],
  },
]

/** Does the suite have anything to run yet? */
export function isWritten(suite) {
  if (suite.reads === 'bench') return existsSync(join(root, 'test/bench/main.ts'))
  const folder = join(root, 'test', suite.name)
  return !['contract', 'e2e', 'compat'].includes(suite.name) || existsSync(folder)
}
