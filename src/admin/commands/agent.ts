import type { Command } from 'commander'
import { Problem } from '../../core/problem.ts'
import { AdminError } from '../admin-error.ts'
import type { Session } from '../session.ts'
import { showAgents } from '../show-agents.ts'

export function addAgentCommands(mgr: Command, session: Session): void {
  const agent = mgr.command('agent').description('agents of this cluster')
  agent
    .command('token')
    .description('print the join token that lets an agent in (a secret: it holds for every agent)')
    .addHelpText('after', '\nExample:\n  backendai agent --join-token "$(backendai mgr agent token)"')
    .action(async () => {
      const result = await session.run('mgr agent token', (admin) => admin.call('agent.token', {}))
      session.print(result.token, result)
    })
  agent
    .command('list')
    .description('every agent, as the manager knows it')
    .action(() => showAgents(session, 'mgr agent list', null))
  agent
    .command('ping')
    .description('ask agents whether they are there; all that are alive where none is named')
    .argument('[ids...]')
    .option('--timeout <seconds>', 'how long to wait for each', '5')
    .addHelpText('after', '\nExample:\n  backendai mgr agent ping i-node1')
    .action((ids: string[], { timeout }: { timeout: string }) => ping(session, ids, timeout))
}

interface Pong {
  agentId: string
  /** Milliseconds; null: no answer. */
  ms: number | null
  error: string | null
}

async function ping(session: Session, ids: readonly string[], timeout: string): Promise<void> {
  const timeoutMs = Math.round(Number(timeout) * 1000)
  if (!(timeoutMs >= 1 && timeoutMs <= 600_000)) {
    throw new AdminError(`--timeout: expected seconds up to 600, got "${timeout}"`, 2)
  }
  const pongs = await session.run('mgr agent ping', async (admin) => {
    const known =
      ids.length > 0 ? ids : (await admin.call('agent.list', {})).filter(isAlive).map(({ id }) => id)
    const asked = known.map(async (agentId): Promise<Pong> => {
      try {
        const { ms } = await admin.call('agent.ping', { agentId, timeoutMs })
        return { agentId, ms, error: null }
      } catch (error) {
        if (error instanceof Problem && known.length > 1)
          return { agentId, ms: null, error: error.msg ?? error.title }
        throw error
      }
    })
    return await Promise.all(asked)
  })
  const lines = pongs.map(({ agentId, ms, error }) => `${agentId}  ${error ?? `${ms} ms`}`)
  session.print(lines.join('\n') || 'no agent is alive', pongs)
  const silent = pongs.filter(({ ms }) => ms === null).length
  if (silent > 0) throw new AdminError(`${silent} of ${pongs.length} agents did not answer`, 1)
}

const isAlive = ({ status }: { status: string }): boolean => status === 'ALIVE'
