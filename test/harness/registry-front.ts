import type { RegistryAccount } from './registry.ts'

export interface RegistryFront extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** Scopes for which tokens were given, in order. */
  readonly scopes: readonly string[]
}

export interface RegistryFrontOptions {
  /** The registry behind it, which asks nobody for anything. */
  registryUrl: string
  account: RegistryAccount
  /** Most items in an answer, as small as a test wants: the rest comes in further pages. */
  pageSize: number
  /** Path of the token service. */
  tokenPath?: string
  /** Answers what is no registry protocol; null: nothing of its kind. */
  beside?: (request: Request, isKnown: boolean) => Promise<Response | null>
}

/** Docker's token authentication before a registry: a challenge with a scope, a token service behind Basic. */
export function startRegistryFront(options: RegistryFrontOptions): RegistryFront {
  const { account, tokenPath = '/token' } = options
  const basic = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
  const tokens = new Map<string, string>()
  const scopes: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request): Promise<Response> {
      const { origin, pathname, searchParams } = new URL(request.url)
      const authorization = request.headers.get('authorization')
      if (pathname === tokenPath) {
        if (authorization !== basic) return new Response('{"errors":[]}', { status: 401 })
        const token = crypto.randomUUID()
        const scope = searchParams.get('scope') ?? ''
        tokens.set(`Bearer ${token}`, scope)
        scopes.push(scope)
        return Response.json({ token, expires_in: 300 })
      }
      const answer = await options.beside?.(request, authorization === basic)
      if (answer) return answer
      const scope = scopeOf(pathname)
      if (tokens.get(authorization ?? '') !== scope) {
        const realm = `Bearer realm="${origin}${tokenPath}",service="front",scope="${scope}"`
        return new Response('{"errors":[]}', { status: 401, headers: { 'www-authenticate': realm } })
      }
      return await forward(options, request)
    },
  })
  const name = `127.0.0.1:${server.port}`
  return { name, url: `http://${name}`, scopes, [Symbol.asyncDispose]: () => server.stop(true) }
}

function scopeOf(path: string): string {
  const repository = /^\/v2\/(.+)\/(?:tags|manifests|blobs)\//.exec(path)?.[1]
  return repository === undefined ? 'registry:catalog:*' : `repository:${repository}:pull`
}

async function forward({ registryUrl, pageSize }: RegistryFrontOptions, request: Request): Promise<Response> {
  const target = new URL(request.url.slice(new URL(request.url).origin.length), registryUrl)
  if (target.searchParams.has('n')) target.searchParams.set('n', String(pageSize))
  const { accept } = Object.fromEntries(request.headers)
  return await fetch(target, { headers: accept === undefined ? {} : { accept }, redirect: 'manual' })
}
