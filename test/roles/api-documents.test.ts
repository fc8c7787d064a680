import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema } from 'graphql'
import { runAdmin } from '../../src/admin/program.ts'
import type { OpenApiOperation } from '../../src/manager/api/openapi/openapi-document.ts'
import type { Tag } from '../../src/manager/api/openapi/tags.ts'
import { apiDocuments } from '../../src/roles/api-documents.ts'
import { tempDirectory } from '../harness/temp.ts'

const MAIN = join(import.meta.dir, '../../src/main.ts')
const SUMMARY = /^[A-Z].{2,68}[^.]$/

test('the whole description reaches a pipe that is read late', async () => {
  const child = Bun.spawn(
    ['sh', '-c', `"${process.execPath}" "${MAIN}" mgr api dump-openapi | (sleep 1; cat)`],
    {
      stdout: 'pipe',
    },
  )
  const document = JSON.parse(await new Response(child.stdout).text())
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toContain('/image/import')
  expect(Object.keys(document.paths)).toContain('/admin/gql')
  const operations = Object.entries<Record<string, OpenApiOperation>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  )
  expect(operations.length).toBeGreaterThan(200)
  const described = new Set(document.tags.filter((tag: Tag) => tag.description).map(({ name }: Tag) => name))
  expect(operations.filter(({ tags: [tag] }) => !described.has(tag)).map(({ name }) => name)).toEqual([])
  expect(operations.filter(({ summary }) => !SUMMARY.test(summary)).map(({ name }) => name)).toEqual([])
})

test('the GraphQL schema is written to a file and reads back', async () => {
  using directory = tempDirectory('api-documents')
  const io = {
    stdout: () => {},
    stderr: () => {},
    env: {},
    cwd: directory.path,
    readStdin: async () => '',
    runProgram: async () => null,
  }
  const dump = (file: string) =>
    runAdmin(['mgr', 'api', 'dump-gql-schema', '-o', file], io, async () => apiDocuments)
  expect(await dump('schema.graphql')).toBe(0)
  const schema = buildSchema(readFileSync(directory.at('schema.graphql'), 'utf8'))
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toContain('compute_session_list')
  expect(await dump('no/such/folder')).toBe(1)
})
