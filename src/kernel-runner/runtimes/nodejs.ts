import driver from '../drivers/nodejs.txt' with { type: 'text' }
import { Interpreter, textBeforeCursor } from './interpreter.ts'
import type { RunOutput, Runtime } from './runtime.ts'
import { note, ShellCommands, type Workplace } from './shell.ts'

/** Runs what descriptor 5 brings. */
const BOOTSTRAP =
  "const f=require('fs'),s=f.readFileSync(5,'utf8');f.closeSync(5);new Function('require',s)(require)"

/** JavaScript and TypeScript: the image's Node.js where its label names one, else the Bun inside this executable. */
export function nodejsRuntime(workplace: Workplace): Runtime {
  const shell = new ShellCommands(workplace)
  const { runtimePath, self } = workplace
  const command = runtimePath === null ? bunCommand(self) : [runtimePath]
  const environ: Record<string, string> = runtimePath === null ? { BUN_BE_BUN: '1' } : {}
  const interpreter = new Interpreter(workplace, {
    command: [...command, '-e', BOOTSTRAP],
    source: driver,
    environ,
  })
  // Top-level await, imports and redeclared names need rewriting before a script can keep its variables.
  const transpiler = new Bun.Transpiler({ loader: 'tsx', replMode: true })

  const query = async (code: string, output: RunOutput): Promise<number> => {
    let script: string
    try {
      script = transpiler.transformSync(code)
    } catch (error) {
      await output.write('stderr', note(String(error)))
      return 0
    }
    return interpreter.query(script, output)
  }
  const step = async (
    name: 'clean' | 'build' | 'exec',
    given: string,
    output: RunOutput,
  ): Promise<number> => {
    if (given !== '*') return shell.run(given, output)
    if (name === 'build' && shell.has('package.json')) return shell.run('npm install', output)
    if (name !== 'exec') return shell.heuristic(name, output)
    if (shell.has('main.js')) return shell.run(['exec', ...command.map(quote), 'main.js'].join(' '), output)
    await output.write('stderr', note('There is no main.js to run; name a command.'))
    return 127
  }

  return {
    name: 'nodejs',
    prepare: () => interpreter.start().ready,
    query,
    step,
    input: (text) => shell.input(text),
    interrupt: () => {
      shell.interrupt()
      interpreter.interrupt()
    },
    complete: (code, options) => interpreter.complete(textBeforeCursor(code, options)),
  }
}

/** The compiled executable is Bun under `BUN_BE_BUN`; while developing, Bun runs our sources. */
const bunCommand = (self: readonly string[]): readonly string[] =>
  Bun.main.startsWith('/$bunfs/') ? self : [process.execPath]

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
