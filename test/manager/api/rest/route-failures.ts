import { expect } from 'bun:test'
import { type Got, type Keys, type startTestManager, USER } from '../test-manager.ts'

type Manager = Pick<Awaited<ReturnType<typeof startTestManager>>, 'call' | 'ports'>

/** A request that succeeds, and how to break it. */
export interface RouteCase {
  method: string
  path: string
  /** Sent as the query of GET and DELETE, else as the JSON body. */
  params?: Record<string, unknown>
  /** Keys of `params` without which the request is refused. */
  required?: readonly string[]
  /** Values that are refused, by key. */
  wrong?: Record<string, readonly unknown[]>
  /** Who may; a plain user may not, unless absent. */
  role?: 'admin' | 'superadmin'
  /** What a frozen manager does; default `serve`. */
  frozen?: 'refuse' | 'serve'
}

/** Sends a case, signed by the administrator unless told otherwise. */
export function send(manager: Manager, route: RouteCase, as?: Keys | null): Promise<Got> {
  const { method, path, params } = route
  const who = as === undefined ? {} : { as }
  if (params === undefined) return manager.call(method, path, who)
  if (method !== 'GET' && method !== 'DELETE') return manager.call(method, path, { body: params, ...who })
  const query = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]))
  return manager.call(method, `${path}?${query}`, who)
}

/** Everything that must refuse a route whatever the state of the cluster. */
export async function expectFailures(manager: Manager, route: RouteCase): Promise<void> {
  const name = `${route.method} ${route.path}`
  const told = (got: Got) => ({ route: name, status: got.status, code: got.json.error_code })
  expect(told(await send(manager, route, null))).toEqual({ route: name, status: 401, code: 'auth-failed' })
  if (route.role) {
    const refused = { route: name, status: 403, code: 'insufficient-privilege' }
    expect(told(await send(manager, route, USER))).toEqual(refused)
  }
  const invalid = { route: name, status: 400, code: 'invalid-api-params' }
  for (const key of route.required ?? []) {
    const { [key]: _, ...params } = route.params ?? {}
    expect({ key, ...told(await send(manager, { ...route, params })) }).toEqual({ key, ...invalid })
  }
  for (const [key, values] of Object.entries(route.wrong ?? {})) {
    for (const value of values) {
      const params = { ...route.params, [key]: value }
      expect({ key, value, ...told(await send(manager, { ...route, params })) }).toEqual({
        key,
        value,
        ...invalid,
      })
    }
  }
  if (route.frozen === 'refuse') await expectRefusedWhenFrozen(manager, route)
}

async function expectRefusedWhenFrozen(manager: Manager, route: RouteCase): Promise<void> {
  const name = `${route.method} ${route.path}`
  expect((await manager.call('PUT', '/manager/status', { body: { status: 'frozen' } })).status).toBe(204)
  try {
    const { status, json } = await send(manager, route)
    expect({ route: name, status, code: json.error_code }).toEqual({
      route: name,
      status: 503,
      code: 'server-frozen',
    })
  } finally {
    await manager.call('PUT', '/manager/status', { body: { status: 'running' } })
  }
}
