/** `bun run graphql-types`: TypeScript types of our GraphQL SDL, for its resolvers (architecture, decision 4). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql'

const FOLDER = 'src/manager/api/graphql'
const FILE = 'types.generated.ts'
const HEAD = `// Written by \`bun run graphql-types\` from the .graphql files beside it.
import type { RowOf } from './rows.ts'

`

/** What a resolver may answer, and what it gets as an argument. */
const SCALARS: Record<string, { out: string; in: string }> = {
  ID: { out: 'string', in: 'string' },
  String: { out: 'string', in: 'string' },
  Int: { out: 'number', in: 'number' },
  Float: { out: 'number', in: 'number' },
  Boolean: { out: 'boolean', in: 'boolean' },
  BigInt: { out: 'number', in: 'number' },
  UUID: { out: 'string', in: 'string' },
  DateTime: { out: 'Date | string', in: 'Date' },
  JSONString: { out: 'unknown', in: 'unknown' },
}

function scalar(name: string, direction: 'in' | 'out'): string {
  const known = SCALARS[name]
  if (!known) throw new Error(`there is no TypeScript type for the scalar ${name}`)
  return known[direction]
}

function output(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return outputBody(type.ofType)
  return `${outputBody(type)} | null`
}

function outputBody(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return outputBody(type.ofType)
  if (isListType(type)) return `readonly (${output(type.ofType)})[]`
  return isScalarType(type) ? scalar(type.name, 'out') : `RowOf<'${type.name}'>`
}

function input(type: GraphQLInputType): string {
  if (isNonNullType(type)) return inputBody(type.ofType)
  return `${inputBody(type)} | null`
}

function inputBody(type: GraphQLInputType): string {
  if (isNonNullType(type)) return inputBody(type.ofType)
  if (isListType(type)) return `readonly (${input(type.ofType)})[]`
  return isScalarType(type) ? scalar(type.name, 'in') : `Inputs['${type.name}']`
}

const given = ({ name, type, defaultValue }: GraphQLArgument | GraphQLInputField): string =>
  `${name}${isNonNullType(type) || defaultValue !== undefined ? '' : '?'}: ${input(type)}`

const block = (name: string, lines: readonly string[], indent: string): string =>
  `${indent}${name}: {\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}}\n`

/** The whole file as text. */
export function graphqlTypes(schema: GraphQLSchema): string {
  const types = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const objects = types.filter(isObjectType)
  const values = objects.map((type) =>
    block(
      type.name,
      Object.values(type.getFields()).map(
        ({ name, type: value }) => `${name}${isNonNullType(value) ? '' : '?'}: ${output(value)}`,
      ),
      '  ',
    ),
  )
  const takers = objects.flatMap((type) => {
    const fields = Object.values(type.getFields()).filter(({ args }) => args.length > 0)
    if (fields.length === 0) return []
    const body = fields.map(({ name, args }) => block(name, args.map(given), '    '))
    return [`  ${type.name}: {\n${body.join('')}  }\n`]
  })
  const inputs = types
    .filter(isInputObjectType)
    .map((type) => block(type.name, Object.values(type.getFields()).map(given), '  '))
  return [
    HEAD,
    `/** Type → field → what it holds. */\nexport interface Objects {\n${values.join('')}}\n\n`,
    `/** Type → field → its arguments. */\nexport interface Arguments {\n${takers.join('')}}\n\n`,
    `/** Input → its fields. */\nexport interface Inputs {\n${inputs.join('')}}\n`,
  ].join('')
}

/** What is wrong with the file in the tree; empty when it is what the SDL says. */
export function staleGraphqlTypes(root: string): string[] {
  const found = readFileSync(join(root, FOLDER, FILE), 'utf8')
  return found === read(root) ? [] : [`${FOLDER}/${FILE} is stale: bun run graphql-types`]
}

function read(root: string): string {
  const files = readdirSync(join(root, FOLDER)).filter((name) => name.endsWith('.graphql'))
  const sdl = files.sort().map((name) => readFileSync(join(root, FOLDER, name), 'utf8'))
  return graphqlTypes(buildSchema(sdl.join('\n')))
}

if (import.meta.main) {
  const root = join(import.meta.dir, '..')
  writeFileSync(join(root, FOLDER, FILE), read(root))
}
