import { nodeCrypto } from '../../../src/cli/node-crypto.ts'
import { createCliTransport } from '../../../src/cli/transport.ts'
import { type Client, createClient } from '../../../src/client/client.ts'
import type { Shape } from '../../harness/shapes.ts'

/** A client of the shape's first administrator. */
export const clientOf = ({ endpoint, accessKey, secretKey }: Shape): Client =>
  createClient({ endpoint, accessKey, secretKey, transport: createCliTransport(), crypto: nodeCrypto })

export const PRINT_ONE = 'print(1)'

/** Runs `print(1)` to its end. @throws when anything but its output comes back. */
export async function printOne(client: Client, session: string): Promise<void> {
  const request = { mode: 'query' as const, code: PRINT_ONE }
  const printed: unknown[] = []
  let status: unknown = null
  const noInput = async () => {
    throw new Error('print(1) asked for input')
  }
  for await (const result of client.sessions.run(session, request, noInput)) {
    printed.push(...(result.console ?? []))
    status = result.status
  }
  const seen = JSON.stringify([status, printed])
  if (seen !== JSON.stringify(['finished', [['stdout', '1\n']]])) throw new Error(`print(1) gave ${seen}`)
}

/** Starts a session and waits until it runs. */
export async function runningSession(client: Client): Promise<string> {
  const session = await client.sessions.getOrCreate({ image: 'python', reuseIfExists: false })
  if (session.status !== 'RUNNING') throw new Error(`the session became ${session.status}`)
  return session.sessionId
}
