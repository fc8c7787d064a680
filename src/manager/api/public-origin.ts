import type { RouteContext } from './route.ts'

/**
 * Where the client of a request reaches us, e.g. `http://127.0.0.1:8081`, told by proxies or by the request itself.
 * Only for addresses that go back to the very same client, who would but deceive itself.
 */
export function publicOrigin({ header }: Pick<RouteContext<unknown>, 'header'>): string {
  const host = header('x-forwarded-host') ?? header('host') ?? ''
  const scheme = header('x-forwarded-proto') === 'https' ? 'https' : 'http'
  const prefix = header('x-forwarded-prefix') ?? ''
  return `${scheme}://${host}${/^(\/[\w.-]+)*$/.test(prefix) ? prefix : ''}`
}
