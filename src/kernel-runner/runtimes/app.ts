import type { Runtime } from './runtime.ts'
import { note, ShellCommands, type Workplace } from './shell.ts'

/** Images without a language of ours: commands, services, terminals; query mode is a shell that keeps nothing. */
export function appRuntime(workplace: Workplace): Runtime {
  const shell = new ShellCommands(workplace)
  return {
    name: 'app',
    prepare: async () => undefined,
    query: (code, output) => shell.run(code, output),
    step: async (step, command, output) => {
      if (command !== '*') return shell.run(command, output)
      if (step !== 'exec') return shell.heuristic(step, output)
      if (shell.has('main')) return shell.run('./main', output)
      await output.write('stderr', note('There is no ./main to run; name a command.'))
      return 127
    },
    input: (text) => shell.input(text),
    interrupt: () => shell.interrupt(),
    complete: async () => [],
  }
}
