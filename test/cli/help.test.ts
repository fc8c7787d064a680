import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { createBinding } from '../../src/cli/bind.ts'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { openContext } from '../../src/cli/open-context.ts'
import { buildProgram, runCli } from '../../src/cli/program.ts'
import { testIo } from './test-io.ts'

/** Every command with its path: `[['run'], ['admin', 'agent', 'list'], …]`. */
async function everyCommand(): Promise<string[][]> {
  const paths: string[][] = []
  const walk = (command: Command, path: string[]): void => {
    for (const child of command.commands) {
      paths.push([...path, child.name()])
      walk(child, [...path, child.name()])
    }
  }
  const io = testIo()
  const { bind } = createBinding((flags) => openContext(io, flags, new AbortController().signal))
  for (const { name } of COMMANDS) {
    const program = await buildProgram([name], io, bind)
    const command = program.commands.find((each) => each.name() === name)
    if (!command) throw new Error(`the table has no ${name}`)
    paths.push([name])
    // Below `session` stand the same definitions once more.
    if (name !== 'session') walk(command, [name])
  }
  return paths
}

const golden = (path: readonly string[]): string =>
  join(import.meta.dir, 'golden', `${path.join('-') || 'backend.ai'}.txt`)

/** UPDATE_GOLDEN=1 writes what is printed now. */
function compare(file: string, text: string): void {
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  expect(existsSync(file)).toBe(true)
  expect(text).toBe(readFileSync(file, 'utf8'))
}

test.each([[[]], ...(await everyCommand()).map((path) => [path])])('help of %j', async (path) => {
  const io = testIo({ columns: 80 })
  expect(await runCli([...path, '--help'], io)).toBe(0)
  expect(io.out.stderr).toBe('')
  const widest = Math.max(...io.out.stdout.split('\n').map((line) => Bun.stringWidth(line)))
  expect(widest).toBeLessThanOrEqual(80)
  expect(io.out.stdout).toMatch(/Examples?:\n {2}\$ backend\.ai /)
  compare(golden(path), io.out.stdout)
})

test('no command at all is wrong usage and shows the help on standard error', async () => {
  const io = testIo()
  expect(await runCli([], io)).toBe(2)
  expect(io.out.stdout).toBe('')
  expect(io.out.stderr).toContain('Usage: backend.ai')
})

test.each([
  [['rnu'], 'Did you mean run?'],
  [['logni', '--help'], "unknown command 'logni'"],
  [['-h', 'admin', 'agnt'], 'Did you mean agent?'],
  [['run'], "missing required argument 'IMAGE'"],
  [['ps', '--nope'], "unknown option '--nope'"],
  [['run', '--max-wait', 'soon', 'python'], 'Expected a time'],
  [['admin', 'agnt'], 'Did you mean agent?'],
])('%j is wrong usage', async (argv, message) => {
  const io = testIo()
  expect(await runCli(argv, io)).toBe(2)
  expect(io.out.stdout).toBe('')
  expect(io.out.stderr).toContain(message)
})

test('help loads neither the client nor the command files of others', async () => {
  const script = `
    const { runCli } = await import(${JSON.stringify(join(import.meta.dir, '../../src/cli/program.ts'))})
    await runCli(['ps', '--help'])
    console.log(JSON.stringify(Object.keys(require.cache)))`
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'inherit' })
  const lines = (await new Response(child.stdout).text()).trim().split('\n')
  const loaded = (JSON.parse(lines.at(-1) ?? '[]') as string[]).filter((path) => path.includes('/src/'))
  expect(loaded.some((path) => path.endsWith('/commands/ps.ts'))).toBe(true)
  expect(loaded.filter((path) => /client\/client\.ts|commands\/(run|admin|exec)\.ts/.test(path))).toEqual([])
})
