import type { ConfiguredRegistry } from '../registries.ts'
import { parseChallenge } from './challenge.ts'
import { RegistryError } from './registry-error.ts'

/** The world as a registry client sees it; `fetch` in production. */
export type RegistryFetch = (url: string, init: BunFetchRequestInit) => Promise<Response>

export interface RegistryAnswer {
  bytes: Uint8Array<ArrayBuffer>
  contentType: string
  /** Path of the next page, of `Link: <…>; rel="next"`. */
  next: string | null
}

export interface RegistryHttp {
  /**
   * @param path below the registry's URL, e.g. `/v2/_catalog`.
   * @throws RegistryError
   */
  get(path: string, accept?: string): Promise<RegistryAnswer>
  /** @throws RegistryError */
  delete(path: string): Promise<void>
}

/** Harbor's own interface, beside the registry protocol that it keeps below `/v2/`. */
export const HARBOR_API = '/api/v2.0/'

const TIMEOUT_MS = 30_000
const MAX_REDIRECTS = 5
/** Far above any manifest or configuration; a blob of another kind is not wanted here. */
const MAX_BYTES = 8 * 1024 * 1024

/** Requests to one registry with its credentials, Basic or by token. */
export function createRegistryHttp(
  registry: ConfiguredRegistry,
  fetch: RegistryFetch,
  signal: AbortSignal,
): RegistryHttp {
  const { name, url, username, password } = registry
  const basic =
    username !== undefined && password !== undefined
      ? `Basic ${btoa(latin1(`${username}:${password}`))}`
      : null
  /** What the last challenge led to; the token's scope covers one repository only. */
  const authorizations = new Map<string, string>()

  const ask = async (
    target: string,
    headers: Record<string, string>,
    method: 'GET' | 'DELETE' = 'GET',
  ): Promise<Response> => {
    try {
      return await fetch(target, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        tls: { rejectUnauthorized: registry.sslVerify },
      })
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      throw new RegistryError(`${name} does not answer at ${new URL(target).origin}: ${reasonOf(cause)}`, {
        cause,
        isFinal: true,
      })
    }
  }

  /** Credentials stay with the origin that they are meant for: blobs often lie elsewhere. */
  const follow = async (
    target: string,
    headers: Record<string, string>,
    method: 'GET' | 'DELETE',
  ): Promise<Response> => {
    let at = target
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const { authorization: _, ...anonymous } = headers
      const isOwn = new URL(at).origin === new URL(url).origin
      const response = await ask(at, isOwn ? headers : anonymous, method)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null) return response
      await response.body?.cancel()
      at = new URL(location, at).href
    }
    throw new RegistryError(`${name} redirects without end`)
  }

  const authorize = async (challenged: Response): Promise<string> => {
    const challenge = parseChallenge(challenged.headers.get('www-authenticate'))
    if (challenge === null) throw new RegistryError(`${name} asks for an unknown kind of credentials`)
    if (challenge.scheme === 'basic') {
      if (basic === null) throw missingCredentials(name)
      return basic
    }
    const realm = realmOf(challenge.realm, url, name)
    if (challenge.service !== null) realm.searchParams.set('service', challenge.service)
    if (challenge.scope !== null) realm.searchParams.set('scope', challenge.scope)
    const response = await ask(realm.href, basic === null ? {} : { authorization: basic })
    if (response.status === 401 || response.status === 403) {
      throw basic === null ? missingCredentials(name) : wrongCredentials(name, username)
    }
    if (!response.ok) throw new RegistryError(`${name} gave no token: HTTP ${response.status}`)
    const body = parseJson(await readBody(response, name), name)
    const token = stringIn(body, 'token') ?? stringIn(body, 'access_token')
    if (token === null) throw new RegistryError(`${name} gave no token`)
    return `Bearer ${token}`
  }

  const send = async (
    method: 'GET' | 'DELETE',
    path: string,
    accept = 'application/json',
  ): Promise<RegistryAnswer> => {
    const target = new URL(path, `${url}/`).href
    if (new URL(target).origin !== new URL(url).origin)
      throw new RegistryError(`${name} points to another host`)
    const scope = scopeOf(path)
    // Harbor shows strangers less instead of asking for credentials.
    if (path.startsWith(HARBOR_API) && basic !== null) authorizations.set(scope, basic)
    const headers = (): Record<string, string> => {
      const authorization = authorizations.get(scope)
      return authorization === undefined ? { accept } : { accept, authorization }
    }
    let response = await follow(target, headers(), method)
    if (response.status === 401 && !path.startsWith(HARBOR_API)) {
      await response.body?.cancel()
      authorizations.set(scope, await authorize(response))
      response = await follow(target, headers(), method)
    }
    if (response.status === 401) {
      await response.body?.cancel()
      throw basic === null ? missingCredentials(name) : wrongCredentials(name, username)
    }
    const bytes = await readBody(response, name)
    if (!response.ok) throw refusal(name, path, response.status, bytes)
    return {
      bytes,
      contentType: response.headers.get('content-type')?.split(';')[0]?.trim() ?? '',
      next: nextPage(response.headers.get('link')),
    }
  }

  return {
    get: (path, accept) => send('GET', path, accept),
    delete: async (path) => {
      await send('DELETE', path)
    },
  }
}

const latin1 = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text))

const missingCredentials = (name: string): RegistryError =>
  new RegistryError(
    `${name} asks for credentials: set username and password below config/docker/registry/${encodeURIComponent(name)}`,
  )

const wrongCredentials = (name: string, username: string | undefined): RegistryError =>
  new RegistryError(`${name} refuses the credentials of "${username}"`)

/** A registry that is reached by TLS may not have its password sent in the clear. */
function realmOf(realm: string, registryUrl: string, name: string): URL {
  const target = URL.parse(realm)
  const isSafe =
    target?.protocol === 'https:' || (target?.protocol === 'http:' && registryUrl.startsWith('http:'))
  if (!target || !isSafe) throw new RegistryError(`${name} names an unusable token service`)
  return target
}

const scopeOf = (path: string): string =>
  path.startsWith(HARBOR_API) ? HARBOR_API : (/^\/v2\/(.+)\/(?:tags|manifests|blobs)\//.exec(path)?.[1] ?? '')

const nextPage = (link: string | null): string | null =>
  /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1] ?? null

async function readBody(response: Response, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > MAX_BYTES) throw new RegistryError(`${name} answers with more than ${MAX_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts) as Uint8Array<ArrayBuffer>
}

export function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new RegistryError(`${name} answers something that is no JSON: is it a registry?`, { cause })
  }
}

const stringIn = (value: unknown, key: string): string | null => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : null
  return typeof found === 'string' && found !== '' ? found : null
}

function refusal(name: string, path: string, status: number, body: Uint8Array): RegistryError {
  const told = /"message"\s*:\s*"([^"]{1,200})"/.exec(new TextDecoder().decode(body))?.[1]
  const detail = told === undefined ? '' : ` (${told})`
  return new RegistryError(`${name} answers HTTP ${status} to ${path.split('?')[0]}${detail}`, {
    isFinal: status === 429,
  })
}

/** Bun says `ConnectionRefused` in a code, and names the URL's whole text in the message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'the request failed'
  if (cause.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`
  const code: unknown = Reflect.get(cause, 'code')
  return typeof code === 'string' ? code : cause.message
}
