import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config/config-error.ts'
import { decodeJoinToken, type JoinToken } from '../wire/join-token.ts'
import type { RoleContext } from './context.ts'
import { writeFileWhole } from './write-file.ts'

/**
 * The managers that this agent belongs to: from the join token, which is kept (mode 0600) so that it is needed once;
 * `agent.manager-addrs` replaces the token's addresses.
 */
export function joinedManagers({ config, dataDir }: RoleContext): JoinToken {
  const path = join(dataDir, 'join.json')
  const { joinToken, managerAddrs } = config.agent
  const token = joinToken ? given(joinToken) : kept(path)
  if (!token) {
    throw new ConfigError([
      {
        source: 'configuration',
        key: 'agent.join-token',
        message:
          'needed at the first start: run "backendai mgr agent token" on a manager, and give its line here',
      },
    ])
  }
  if (joinToken) writeFileWhole(path, JSON.stringify(token), 0o600)
  return managerAddrs && managerAddrs.length > 0 ? { ...token, addrs: managerAddrs } : token
}

function given(text: string): JoinToken {
  try {
    return decodeJoinToken(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ConfigError([{ source: 'configuration', key: 'agent.join-token', message }])
  }
}

function kept(path: string): JoinToken | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
