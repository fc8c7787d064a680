import type { Define } from '../command-table.ts'
import { completionScript, SHELLS } from '../completion-script.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineCompletion: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'completion',
    summary: 'print a completion script for your shell',
    examples: ['completion bash > /etc/bash_completion.d/backendai', 'completion zsh', 'completion fish'],
  })
    .argument('<SHELL>', 'bash, zsh or fish')
    .action(
      bind(async ({ context, args }) => {
        const shell = SHELLS.find((each) => each === args[0])
        if (!shell)
          throw usageError(`There is no completion for "${args[0]}".`, `Shells: ${SHELLS.join(', ')}`)
        context.out.text(completionScript(shell))
        return EXIT.ok
      }),
    )
}
