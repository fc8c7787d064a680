import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildClientSchema, buildSchema, getIntrospectionQuery, graphqlSync } from 'graphql'
import { createGraphSchema } from '../../src/manager/api/graphql/schema.ts'
import { SHARED, type Signatures, signaturesOf } from './reference.ts'

const VERSIONS = ['23.09', '24.03'] as const
const original = (version: string): Signatures =>
  JSON.parse(readFileSync(join(import.meta.dir, `data/graphql-${version}.json`), 'utf8'))

/** What ours has beyond the original (spec/decisions.md, GraphQL extras). */
const EXTRAS = [
  ...['domain', 'group', 'scaling_group'].map((name) => `Queries.images(${name})`),
  ...['agent_list', 'compute_session_list', 'keypair_list', 'user_list', 'vfolder_list'].flatMap((list) =>
    ['order_key', 'order_asc'].map((name) => `Queries.${list}(${name})`),
  ),
]

function introspected(): Signatures {
  const { data, errors } = graphqlSync({
    schema: createGraphSchema(),
    source: getIntrospectionQuery({ inputValueDeprecation: true }),
  })
  expect(errors).toBeUndefined()
  return signaturesOf(buildClientSchema(JSON.parse(JSON.stringify(data))))
}

const flat = (signatures: Signatures): Map<string, string> =>
  new Map(
    Object.entries(signatures).flatMap(([type, parts]) =>
      Object.entries(parts).map(([part, text]) => [part === '' ? type : `${type}.${part}`, text] as const),
    ),
  )

const ours = flat(introspected())

describe.each(VERSIONS)('the schema of %s', (version) => {
  test('every type, field, argument, type and default is ours too', () => {
    const wrong = [...flat(original(version))].flatMap(([place, text]) =>
      ours.get(place) === text ? [] : [`${place}: ${text}; ours: ${ours.get(place) ?? 'missing'}`],
    )
    expect(wrong).toEqual([])
  })
})

test('ours has nothing that the original does not have, but the extras', () => {
  const known = new Set(VERSIONS.flatMap((version) => [...flat(original(version)).keys()]))
  expect([...ours.keys()].filter((place) => !known.has(place)).sort()).toEqual(EXTRAS.sort())
})

if (existsSync(join(SHARED, 'reference'))) {
  test.each(VERSIONS)('data/ has what the shared reference of %s has', (version) => {
    const text = readFileSync(join(SHARED, `reference/schema-${version}.graphql`), 'utf8')
    expect(original(version)).toEqual(signaturesOf(buildSchema(text, { assumeValid: true })))
  })
}
