import { createCliTransport } from '../../src/cli/transport.ts'
import { type ClientOptions, createClient } from '../../src/client/client.ts'
import type { Shape } from '../harness/shapes.ts'

/** What a user does with sessions, by the API. */
export interface User {
  /** The session of this name; asked again with the same token it is the same session. Gives its id. */
  start(name: string, token: string, signal?: AbortSignal): Promise<string>
  end(name: string, signal?: AbortSignal): Promise<void>
  /** New containers over the same files. */
  restart(name: string, signal?: AbortSignal): Promise<void>
  /** What the code writes to its standard output; asked again while nobody answers. */
  run(name: string, code: string): Promise<string>
}

const ANSWER_MS = 15_000
const PAUSE_MS = 50

/** A user with a keypair who speaks to the manager. */
export function createUser(shape: Pick<Shape, 'endpoint' | 'accessKey' | 'secretKey'>): User {
  const { endpoint, accessKey, secretKey } = shape
  return userOf({ endpoint, accessKey, secretKey, transport: createCliTransport() })
}

/** A user who is logged in at the webserver, which passes on what they ask for. */
export async function createWebUser({ web, email, password }: Pick<Shape, 'web' | 'email' | 'password'>) {
  const login = await fetch(`${web}/server/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: email, password }),
  })
  const answer = await login.text()
  const cookie = login.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  if (!answer.includes('"authenticated":true')) throw new Error(`the login was refused: ${answer}`)
  const { fetch: send, connect } = createCliTransport()
  const withCookie = <R extends { headers: Record<string, string> }>(request: R): R => ({
    ...request,
    headers: { ...request.headers, cookie },
  })
  return userOf({
    endpoint: web,
    endpointType: 'session',
    transport: {
      fetch: (request) => send(withCookie(request)),
      connect: (request) => connect(withCookie(request)),
    },
  })
}

function userOf(options: ClientOptions): User {
  const { sessions } = createClient({ ...options, rounds: 1 })
  const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
    const deadline = performance.now() + ANSWER_MS
    for (;;) {
      try {
        return await call()
      } catch (error) {
        if (performance.now() > deadline) throw error
        await Bun.sleep(PAUSE_MS)
      }
    }
  }
  return {
    async start(name, clientToken, signal) {
      const resources = { cpu: '1', mem: '256m' }
      // A port, too: it may be handed out once only.
      const preopenPorts = [8888]
      const options = { image: 'python', name, clientToken, resources, preopenPorts, maxWaitSeconds: 20 }
      const { sessionId, status } = await sessions.getOrCreate(options, signal)
      if (status !== 'RUNNING') throw new Error(`the session ${name} (${sessionId}) is ${status}`)
      return sessionId
    },
    async end(name, signal) {
      await sessions.destroy(name, signal ? { signal } : {})
    },
    restart: (name, signal) => sessions.restart(name, signal ? { signal } : {}),
    run: (name, code) =>
      patiently(async () => {
        const parts: string[] = []
        for await (const result of sessions.run(name, { mode: 'query', code }, async () => '')) {
          for (const [kind, text] of result.console)
            parts.push(kind === 'stdout' ? String(text) : `<${kind}: ${text}>`)
        }
        return parts.join('').trim()
      }),
  }
}
