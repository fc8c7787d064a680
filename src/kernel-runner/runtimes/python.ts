import driver from '../drivers/python.py' with { type: 'text' }
import { isSamePython } from '../home/python-command.ts'
import { Interpreter, textBeforeCursor } from './interpreter.ts'
import type { RunOutput, Runtime } from './runtime.ts'
import { findProgram, note, ShellCommands, type Workplace } from './shell.ts'

/** `python script.py arguments` without shell syntax: run by the driver, so that `input()` can ask the client. */
const PLAIN_SCRIPT = /^(python3?)\s+(?:-u\s+)?([\w./@+-]+\.py)((?:\s+[\w./:=@%+,-]+)*)$/

/** Runs what descriptor 5 brings. */
const BOOTSTRAP = "f=open(5,'rb');s=f.read();f.close();exec(s)"

/** The interpreter that the image names, or the first on PATH. */
export const findPython = ({ runtimePath, environ }: Workplace): string | null =>
  runtimePath ?? findProgram(['python3', 'python'], environ)

/** Python 3, in query mode with a namespace that lasts. Null when the image has no Python. */
export function pythonRuntime(workplace: Workplace): Runtime | null {
  const python = findPython(workplace)
  if (python === null) return null
  const shell = new ShellCommands(workplace)
  const interpreter = new Interpreter(workplace, { command: [python, '-u', '-c', BOOTSTRAP], source: driver })

  const step = async (
    name: 'clean' | 'build' | 'exec',
    command: string,
    output: RunOutput,
  ): Promise<number> => {
    if (command === '*') return heuristic(name, output)
    const plain = name === 'exec' ? PLAIN_SCRIPT.exec(command.trim()) : null
    const [, program = '', script = '', rest = ''] = plain ?? []
    // Another Python than ours (a virtual environment's) is the shell's business.
    const found = plain ? findProgram([program], workplace.environ) : null
    if (found === null || !isSamePython(found, python)) return shell.run(command, output)
    return interpreter.script([script, ...rest.split(/\s+/).filter(Boolean)], output)
  }
  const heuristic = async (name: 'clean' | 'build' | 'exec', output: RunOutput): Promise<number> => {
    if (name === 'exec') {
      if (shell.has('main.py')) return interpreter.script(['main.py'], output)
      await output.write('stderr', note('There is no main.py to run; name a command.'))
      return 127
    }
    // 003, "Script execution": `*` of the build step calls "python setup.py install".
    if (name === 'build' && shell.has('setup.py')) {
      return shell.run(`'${python}' setup.py install --user`, output)
    }
    return shell.heuristic(name, output)
  }

  return {
    name: 'python',
    prepare: () => interpreter.start().ready,
    query: (code, output) => interpreter.query(code, output),
    step,
    input: (text) => shell.input(text),
    interrupt: () => {
      shell.interrupt()
      interpreter.interrupt()
    },
    complete: (code, options) => interpreter.complete(textBeforeCursor(code, options)),
  }
}
