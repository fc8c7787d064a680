import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { wholeNumber } from '../list/list-flags.ts'
import { ownerOption } from '../spelled-option.ts'
import { runSsh, SSH_ADDRESS } from '../ssh/session-ssh.ts'

interface SshFlags {
  port: number
  owner?: string
}

export const defineSsh: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'ssh',
    usage: '[options] <SESSION> [--] [ARGUMENTS...]',
    summary: 'log in to a session by SSH',
    examples: ['ssh mysession', 'ssh mysession -- -L 8888:127.0.0.1:8888'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('[ARGUMENTS...]', 'for ssh: options, or a command to run')
    .option('-p, --port <PORT>', 'local port of the tunnel; a free one by default', wholeNumber, 0)
    .addOption(ownerOption())
    .passThroughOptions()
    .action(
      bind<SshFlags>(({ context, options, args: [session = '', ...rest] }) => {
        const words = rest[0] === '--' ? rest.slice(1) : rest
        // Options of ssh stand before the host, the command after it.
        const at = words.findIndex((word) => !word.startsWith('-'))
        const isCommand = at === 0
        return runSsh(
          context,
          { session, port: options.port, owner: options.owner },
          'ssh',
          (ssh) => (isCommand ? [...ssh, SSH_ADDRESS, ...words] : [...ssh, ...words, SSH_ADDRESS]),
          '-p',
        )
      }),
    )
}
