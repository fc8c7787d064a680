import { expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { createSessionParams, fromTemplateParams } from '../../../../src/api/session.ts'
import { noContent } from '../../../../src/manager/api/answer.ts'
import { openApiDocument } from '../../../../src/manager/api/openapi/openapi-document.ts'
import { openApiPage } from '../../../../src/manager/api/openapi/openapi-page.ts'
import { paramsSchema } from '../../../../src/manager/api/openapi/params-schema.ts'
import { eventRoutes } from '../../../../src/manager/api/rest/events.ts'
import { folderRoutes } from '../../../../src/manager/api/rest/folders.ts'
import { sessionRoutes } from '../../../../src/manager/api/rest/session.ts'
import { defineRoute } from '../../../../src/manager/api/route.ts'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { createSessionServices } from '../../../../src/manager/services/index.ts'
import { startTestManager } from '../test-manager.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

const serving = () =>
  startTestManager({
    routes: (ports) => {
      const services = createSessionServices(ports)
      const tasks = createBackgroundTasks(ports)
      return [
        ...sessionRoutes(services, tasks),
        ...eventRoutes(ports, tasks),
        ...folderRoutes({ ports, tasks, newId: randomUUID }),
      ]
    },
  })

/** Each reference of a document and what it points at. */
function references(root: Json): { at: string; target: unknown }[] {
  const found: { at: string; target: unknown }[] = []
  const walk = (value: unknown): void => {
    if (!isObject(value)) return
    const { $ref } = value
    if (typeof $ref === 'string') {
      const parts = $ref.replace('#/', '').split('/')
      found.push({
        at: $ref,
        target: parts.reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), root),
      })
    }
    for (const one of Object.values(value)) walk(one)
  }
  walk(root)
  return found
}

test('the document that is served is OpenAPI 3.1: operations are unique, variables declared, references lead somewhere', async () => {
  await using manager = await serving()
  const { status, json } = await manager.call('GET', '/spec/openapi', { as: null })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    openapi: '3.1.0',
    info: { title: expect.any(String), version: expect.any(String) },
  })
  const paths = json.paths as Record<string, Record<string, Json>>
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  expect(operations.length).toBeGreaterThan(150)
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  const names = new Set((json.tags as { name: string }[]).map(({ name }) => name))
  for (const { path, method, operation } of operations) {
    expect(path).toMatch(/^\/([\w.{}-]+(\/[\w.{}-]+)*)?$/)
    expect(['get', 'head', 'post', 'put', 'patch', 'delete']).toContain(method)
    expect(Object.keys(operation.responses as Json).every((code) => /^([1-5]\d\d|2XX)$/.test(code))).toBe(
      true,
    )
    expect(operation.summary).toMatch(/^[A-Z].{2,68}[^.]$/)
    expect(operation.tags).toHaveLength(1)
    for (const tag of operation.tags as string[]) expect(names).toContain(tag)
    const parameters = (operation.parameters ?? []) as {
      name: string
      in: string
      required: boolean
      schema: Json
    }[]
    const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name)
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))
    for (const { schema } of parameters) expect(isObject(schema)).toBe(true)
    if (method === 'get' || method === 'head') expect(operation).not.toHaveProperty('requestBody')
  }
  const all = references(json)
  expect(all.length).toBeGreaterThan(100)
  for (const { at, target } of all) expect({ at, found: isObject(target) }).toEqual({ at, found: true })
})

test('routes that do the same say so: other spellings share a summary, former addresses are deprecated', async () => {
  await using manager = await serving()
  const { json } = await manager.call('GET', '/spec/openapi', { as: null })
  const current = new Map<string, Set<string>>()
  for (const [path, methods] of Object.entries(json.paths as Record<string, Record<string, Json>>)) {
    for (const operation of Object.values(methods)) {
      const isFormer = /^\/(kernel|stream\/kernel)\b|^\/session\/create$|^\/stream\/session\/_\/events$/.test(
        path,
      )
      expect({ path, deprecated: operation.deprecated }).toEqual({ path, deprecated: isFormer || undefined })
      const summary = String(operation.summary)
      if (!isFormer) current.set(summary, (current.get(summary) ?? new Set()).add(path.replaceAll('_', '-')))
    }
  }
  const shared = [...current.values()].filter((paths) => paths.size > 1).map((paths) => [...paths].sort())
  expect(shared.sort()).toEqual([
    ['/auth', '/auth/test'],
    ['/session', '/session/-/create'],
  ])
})

test('failures refer to one schema of problems', async () => {
  await using manager = await serving()
  const { json } = await manager.call('GET', '/spec/openapi', { as: null })
  const { paths, components } = json as {
    paths: Record<string, Record<string, { responses: Record<string, Json> }>>
    components: { responses: Record<string, Json> }
  }
  for (const response of Object.values(components.responses)) {
    expect(response.content).toEqual({
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    })
  }
  const statuses = (path: string, method: string) => Object.keys(paths[path]?.[method]?.responses ?? {})
  expect(statuses('/session/{session}/rename', 'post')).toEqual(['400', '401', '404', '429', '503', '2XX'])
  expect(statuses('/manager/scheduler/status', 'get')).toEqual(['401', '403', '429', '2XX'])
  expect(statuses('/health', 'get')).toEqual(['2XX'])
})

test('browsers get a page that loads nothing', async () => {
  await using manager = await serving()
  const { text, headers } = await manager.call('GET', '/spec/openapi', {
    as: null,
    headers: { accept: 'text/html' },
  })
  expect(headers['content-type']).toContain('text/html')
  expect(String(headers['content-security-policy'])).toContain("default-src 'none'")
  expect(text).toContain('<code>/session/{session}/rename</code>')
  expect(text).not.toMatch(/<script|src=|https?:\/\/(?!api\.backend)/)
  expect((await manager.call('GET', '/spec/openapi.html', { as: null })).text).toBe(text)
})

test('parameters have every spelling that is read', () => {
  const { properties, required } = paramsSchema(createSessionParams) as {
    properties: Json
    required: string[]
  }
  expect(required).toEqual(['image', 'name'])
  expect(properties).toMatchObject({
    clusterSize: { 'x-aliases': ['cluster_size'] },
    name: { type: 'string', 'x-aliases': expect.arrayContaining(['clientSessionToken']) },
    config: { properties: { preopen_ports: { type: 'array', 'x-aliases': ['preopenPorts'] } } },
  })
  const template = paramsSchema(fromTemplateParams) as { properties: Json; required: string[] }
  expect(template.required).toEqual(['template_id'])
  expect(Object.keys(template.properties)).toContain('image')
})

test('names from outside are text in the page', () => {
  const route = defineRoute({
    method: 'POST',
    path: '/x',
    auth: 'admin',
    summary: '<b>bold</b>',
    params: v.object({ '<i>': v.picklist(['"', '&']) }),
    handler: noContent,
  })
  const page = openApiPage(openApiDocument([route], '1'))
  expect(page).toContain('&lt;b&gt;bold')
  expect(page).not.toContain('<i>')
})
