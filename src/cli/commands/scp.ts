import type { Define } from '../command-table.ts'
import { usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { wholeNumber } from '../list/list-flags.ts'
import { ownerOption } from '../spelled-option.ts'
import { runSsh, SSH_ADDRESS } from '../ssh/session-ssh.ts'

interface ScpFlags {
  port: number
  recursive?: boolean
  owner?: string
}

export const defineScp: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'scp',
    summary: 'copy files into or out of a session by SSH',
    examples: ['scp mysession big.bin :data/', 'scp -r mysession :results .'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('<FROM>', 'a path here, or :PATH in the session')
    .argument('<TO>', 'a path here, or :PATH in the session')
    .option('-p, --port <PORT>', 'local port of the tunnel; a free one by default', wholeNumber, 0)
    .option('-r, --recursive', 'directories with what is in them')
    .addOption(ownerOption())
    .action(
      bind<ScpFlags>(({ context, options, args: [session = '', from = '', to = ''] }) => {
        const paths = [from, to].map((path) => remotePath(session, path))
        if (paths.filter((path) => path.startsWith(`${SSH_ADDRESS}:`)).length !== 1) {
          throw usageError('One of both paths is in the session: write it as :PATH.')
        }
        const recursive = options.recursive ? ['-r'] : []
        const target = { session, port: options.port, owner: options.owner }
        return runSsh(context, target, 'scp', (ssh) => [...ssh, ...recursive, ...paths], '-P')
      }),
    )
}

/** `:PATH`, `SESSION:PATH` and `work@localhost:PATH` are in the session. */
function remotePath(session: string, path: string): string {
  const prefix = ['', session, 'work@localhost', SSH_ADDRESS].find((host) => path.startsWith(`${host}:`))
  return prefix === undefined ? path : `${SSH_ADDRESS}:${path.slice(prefix.length + 1)}`
}
