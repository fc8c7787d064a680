/** `bun run check`: everything about the source that needs no running program. One line a check, details of failed ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findViolations } from './boundaries.ts'
import { findForbiddenText } from './forbidden-text.ts'
import { staleGraphqlTypes } from './graphql-types.ts'
import { lockfileProblems } from './lockfile.ts'

const root = join(import.meta.dir, '..')
const MAX_LINES = 400
const MAX_README_LINES = 60

/** What is wrong; empty when all is well. */
type Check = () => Promise<string[]> | string[]

const command =
  (name: string, ...args: string[]): Check =>
  async () => {
    const child = Bun.spawn([join(root, 'node_modules/.bin', name), ...args], {
      cwd: root,
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [code, out, error] = await Promise.all([
      child.exited,
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    return code === 0 ? [] : [`${out}${error}`.trim()]
  }

function repositoryFiles(): string[] {
  const { stdout } = Bun.spawnSync(['git', 'ls-files', '-co', '--exclude-standard'], { cwd: root })
  const files = stdout.toString().split('\n').filter(Boolean)
  return files.filter((file) => existsSync(join(root, file)))
}

const linesOf = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1

function sizes(): string[] {
  const sources = repositoryFiles().filter((file) => /^(src|plugins|tools)\/.*\.(ts|tsx|mjs)$/.test(file))
  return sources
    .filter((file) => !file.includes('.generated.'))
    .map((file) => ({ file, lines: linesOf(file) }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file}: ${lines} lines; split it by noun, ${MAX_LINES} are the limit`)
}

function readmes(): string[] {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return rooms.flatMap(({ name }) => {
    const file = `src/${name}/README.md`
    if (!existsSync(join(root, file))) return [`${file} is missing`]
    const lines = linesOf(file)
    return lines > MAX_README_LINES ? [`${file}: ${lines} lines; ${MAX_README_LINES} are the limit`] : []
  })
}

const CHECKS: Record<string, Check> = {
  'format and lint': command('biome', 'check', '--error-on-warnings', '--colors=off'),
  types: command('tsc', '-p', '.', '--pretty', 'false'),
  boundaries: () => findViolations(root),
  'GraphQL types': () => staleGraphqlTypes(root),
  'dead code': command('knip', '--no-progress', '--no-config-hints'),
  lockfile: () => lockfileProblems(root),
  'file sizes': sizes,
  'room descriptions': readmes,
  'forbidden text': () => findForbiddenText(root, repositoryFiles()),
}

async function main(names: string[]): Promise<number> {
  const unknown = names.find((name) => !(name in CHECKS))
  if (unknown !== undefined)
    throw new Error(`no check "${unknown}"; there are ${Object.keys(CHECKS).join(', ')}`)
  let failed = 0
  for (const [name, check] of Object.entries(CHECKS)) {
    if (names.length > 0 && !names.includes(name)) continue
    const problems = await check()
    console.log(`${problems.length === 0 ? 'ok' : 'FAIL'} ${name}`)
    if (problems.length === 0) continue
    failed += 1
    console.log(problems.join('\n').replace(/^/gm, '  '))
  }
  return failed === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  return 2
})
