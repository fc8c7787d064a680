import type { Transport } from '../client/transport.ts'

/** Cookies of the logins at webservers, by the address that they belong to. */
export interface CookieJar {
  /** Cookie name → value. */
  cookiesOf(endpoint: string): Promise<Readonly<Record<string, string>>>
  /** Told when the server has set or dropped some. */
  changed(endpoint: string, cookies: Readonly<Record<string, string>>): Promise<void>
}

/** Sends each webserver its own cookies, as a browser does by itself; other addresses get none. */
export function cookieTransport(
  transport: Transport,
  endpoints: readonly string[],
  jar: CookieJar,
): Transport {
  const endpointOf = (url: string): string | undefined => {
    const { origin } = new URL(url.replace(/^ws/, 'http'))
    return endpoints.find((endpoint) => new URL(endpoint).origin === origin)
  }
  const withCookies = async <T extends { url: string; headers: Record<string, string> }>(
    request: T,
  ): Promise<T> => {
    const endpoint = endpointOf(request.url)
    const cookies = endpoint === undefined ? {} : await jar.cookiesOf(endpoint)
    const line = Object.entries(cookies).map(([name, value]) => `${name}=${value}`)
    if (line.length === 0) return request
    return { ...request, headers: { ...request.headers, Cookie: line.join('; ') } }
  }
  return {
    async fetch(request) {
      const response = await transport.fetch(await withCookies(request))
      const endpoint = endpointOf(request.url)
      const changes = response.headers.getSetCookie()
      if (endpoint !== undefined && changes.length > 0) {
        await jar.changed(endpoint, applied(await jar.cookiesOf(endpoint), changes))
      }
      return response
    },
    connect: async (request) => transport.connect(await withCookies(request)),
  }
}

function applied(
  cookies: Readonly<Record<string, string>>,
  changes: readonly string[],
): Record<string, string> {
  const next = new Map(Object.entries(cookies))
  for (const change of changes) {
    const [pair = '', ...attributes] = change.split(';')
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    const isDropped = value === '' || attributes.some((attribute) => /^\s*max-age=(0|-.*)$/i.test(attribute))
    if (isDropped) next.delete(name)
    else next.set(name, value)
  }
  return Object.fromEntries(next)
}
