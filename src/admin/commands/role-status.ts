import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import * as v from 'valibot'
import { type Address, formatAddress } from '../../config/value/address.ts'
import { AdminError } from '../admin-error.ts'
import type { Session } from '../session.ts'
import { showAgents } from '../show-agents.ts'

const TIMEOUT_MS = 5000

interface Side {
  name: string
  address: Address
  tls: boolean
  path: string
}

/** `ag`, `storage` and `web`: roles without a database have their state to tell, and nothing to change. */
export function addRoleStatusCommands(program: Command, session: Session): void {
  program
    .command('ag')
    .description('administer agents: see also "mgr agent"')
    .command('status')
    .description('agents of this cluster and which of them is on this machine')
    .action(() => showAgents(session, 'ag status', ownAgent(session)))
  program
    .command('storage')
    .description('administer the storage proxy of this machine')
    .command('status')
    .description('whether both sides of the storage proxy answer')
    .action(() => {
      const { client, manager } = session.config('storage-proxy').api
      return showSides(session, 'storage proxy', [
        { name: 'client side', address: client.serviceAddr, tls: client.sslEnabled, path: '/' },
        { name: 'manager side', address: manager.serviceAddr, tls: manager.sslEnabled, path: '/' },
      ])
    })
  program
    .command('web')
    .description('administer the webserver of this machine')
    .command('status')
    .description('whether the webserver answers, and the manager behind it')
    .action(() => {
      const { serviceAddr: address, sslEnabled: tls } = session.config('webserver').webserver
      return showSides(session, 'webserver', [
        { name: 'webserver', address, tls, path: '/health' },
        { name: 'manager behind it', address, tls, path: '/func/' },
      ])
    })
}

/** The id that the agent of this machine has given itself; null where none ever ran. */
function ownAgent(session: Session): string | null {
  const { agent, data } = session.config('agent')
  if (agent.id !== null) return agent.id
  try {
    return readFileSync(join(data.dir, 'agent', 'id'), 'utf8').trim()
  } catch {
    return null
  }
}

async function showSides(session: Session, role: string, sides: readonly Side[]): Promise<void> {
  const states = await Promise.all(sides.map(ask))
  const lines = states.map(
    ({ name, url, isUp, detail }) => `${name}  ${url}  ${isUp ? 'up' : 'down'}  ${detail}`,
  )
  session.print(lines.map((line) => line.trimEnd()).join('\n'), states)
  if (states.some(({ isUp }) => !isUp)) throw new AdminError(`the ${role} does not answer as it should`, 1)
}

async function ask({ name, address, tls, path }: Side) {
  const host = ['0.0.0.0', '::', ''].includes(address.host) ? '127.0.0.1' : address.host
  const url = `${tls ? 'https' : 'http'}://${formatAddress({ ...address, host })}`
  try {
    const answer = await fetch(`${url}${path}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // Asked for on this machine, by an address that no certificate names.
      tls: { rejectUnauthorized: false },
    })
    const body: unknown = await answer.json().catch(() => null)
    // Who asks for a password is there.
    const isUp = answer.ok || answer.status === 401
    return { name, url, isUp, detail: isUp ? versionIn(body) : `HTTP ${answer.status}` }
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null
    return { name, url, isUp: false, detail: typeof code === 'string' ? code : String(error) }
  }
}

const versions = v.object({
  'storage-proxy': v.optional(v.string()),
  manager: v.optional(v.string()),
})

function versionIn(body: unknown): string {
  const parsed = v.safeParse(versions, body)
  return parsed.success ? (parsed.output['storage-proxy'] ?? parsed.output.manager ?? '') : ''
}
