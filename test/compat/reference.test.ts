/** Routes and GraphQL names of the original, as they are kept in data/, against ours. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Shape, startShape } from '../harness/shapes.ts'
import { rawRequest } from './raw-request.ts'
import { routesOf, SHARED } from './reference.ts'

const DATA = join(import.meta.dir, 'data')
const START_MS = 240_000
const data = (name: string) => JSON.parse(readFileSync(join(DATA, name), 'utf8'))
const routes: string[] = data('routes.json')
const toCome: string[] = data('routes-to-come.json')

describe('routes', () => {
  let shape: Shape
  beforeAll(async () => {
    shape = await startShape('up', { backend: 'process' })
  }, START_MS)
  afterAll(() => shape[Symbol.asyncDispose](), START_MS)

  test('all are served but those to come', async () => {
    const missing: string[] = []
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ')
      const target = path.replaceAll(/\{\w+\}/g, 'x')
      // Without a signature every known route refuses, or answers what everybody may know.
      const { status, json } = await rawRequest(shape, { method, target, headers: { Authorization: null } })
      const kind = method === 'HEAD' && status === 404 ? 'url-not-found' : json.error_code
      if (kind === 'url-not-found' || kind === 'method-not-allowed') missing.push(route)
    }
    expect(missing).toEqual(toCome)
  })
})

if (existsSync(join(SHARED, 'reference'))) {
  const shared = (name: string): string => readFileSync(join(SHARED, 'reference', name), 'utf8')

  test('data/ has what the shared reference has', () => {
    expect(routes).toEqual(routesOf(JSON.parse(shared('rest-routes.json'))))
    for (const folder of ['fixtures', 'configs']) {
      for (const name of readdirSync(join(SHARED, 'reference', folder))) {
        const ours = readFileSync(join(DATA, folder, name), 'utf8')
        expect(ours).toBe(shared(`${folder}/${name}`))
      }
    }
  })
}
