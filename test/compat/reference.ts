import { isAbsolute, join } from 'node:path'
import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  print,
} from 'graphql'

/** Where the reference material lies, where it is at all; the tests carry what they need of it in data/. */
export const SHARED = sharedFolder()

function sharedFolder(): string {
  const root = join(import.meta.dir, '../..')
  const given = process.env.BACKENDAI_SHARED ?? '../shared'
  return isAbsolute(given) ? given : join(root, given)
}

/** `GET /session/{name}` and so on, sorted. */
export const routesOf = (rows: readonly { method: string; path: string }[]): string[] =>
  [...new Set(rows.map(({ method, path }) => `${method} ${path}`))].sort()

/** Type → `field`, `field(argument)` or empty for the type itself → what it is. */
export type Signatures = Record<string, Record<string, string>>

/** Everything of a schema that clients can name: kinds, interfaces, fields, arguments, types and defaults. */
export function signaturesOf(schema: GraphQLSchema): Signatures {
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return Object.fromEntries(types.map((type) => [type.name, Object.fromEntries(partsOf(type))]))
}

function partsOf(type: GraphQLNamedType): [string, string][] {
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    return [['', 'input'], ...fields.map((field): [string, string] => [field.name, inputText(field)])]
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [['', 'scalar']]
  const kind = isInterfaceType(type) ? 'interface' : 'type'
  const interfaces = type.getInterfaces().map(({ name }) => name)
  return [
    ['', [kind, ...interfaces.sort()].join(' ')],
    ...Object.values(type.getFields()).flatMap((field): [string, string][] => [
      [field.name, `${field.type}`],
      ...field.args.map((one): [string, string] => [`${field.name}(${one.name})`, inputText(one)]),
    ]),
  ]
}

function inputText({ type, defaultValue }: GraphQLArgument | GraphQLInputField): string {
  if (defaultValue === undefined) return `${type}`
  const literal = astFromValue(defaultValue, type)
  return `${type} = ${literal ? print(literal) : 'null'}`
}
