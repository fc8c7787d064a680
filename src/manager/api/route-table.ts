import type { Result } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { Problem } from '../../core/problem.ts'
import type { HttpMethod, Route } from './route.ts'

export interface RouteMatch {
  route: Route
  path: Record<string, string>
}
/** Nothing there at all, or only for other methods. */
export type RouteMiss = { route: null; allowed: readonly string[] }

const METHODS: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Finds the route of a raw path with hono's router. Literal segments win over variables; HEAD falls back on GET.
 * @throws Error at start when two routes share method and path.
 */
export function createRouteTable(routes: readonly Route[]) {
  const router = new SmartRouter<Route>({ routers: [new RegExpRouter(), new TrieRouter()] })
  const taken = new Set<string>()
  for (const route of routes.toSorted((a, b) => (weight(a.path) < weight(b.path) ? -1 : 1))) {
    for (const method of methodsOf(route)) {
      const name = `${method} ${route.path}`
      if (taken.has(name)) throw new Error(`two routes claim ${name}`)
      taken.add(name)
      router.add(method, route.path, route)
    }
  }

  const find = (method: string, path: string): RouteMatch | null => firstOf(router.match(method, path))

  return (method: string, path: string): RouteMatch | RouteMiss => {
    const found = find(method, path) ?? (method === 'HEAD' ? find('GET', path) : null)
    if (found) return found
    const allowed = METHODS.filter((other) => find(other, path))
    return { route: null, allowed }
  }
}

export const methodsOf = (route: Route): readonly HttpMethod[] =>
  route.kind === 'socket' ? ['GET'] : route.methods

/** Sorts literal segments before variables, place by place. */
const weight = (path: string): string =>
  path
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '~' : `!${segment}`))
    .join('/')

function firstOf(result: Result<Route>): RouteMatch | null {
  const [handlers, stash] = result
  const first = handlers[0]
  if (!first) return null
  const [route, params] = first
  const path: Record<string, string> = {}
  for (const [name, value] of Object.entries(params)) {
    path[name] = decode(typeof value === 'number' ? (stash?.[value] ?? '') : value)
  }
  return { route, path }
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  const decoded = decodeUtf8(segment)
  if (!decoded.includes('\0')) return decoded
  throw new Problem('generic-bad-request', { msg: 'The URL path holds a NUL character.' })
}

function decodeUtf8(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new Problem('generic-bad-request', { msg: 'The URL path is not valid UTF-8.', cause })
  }
}
