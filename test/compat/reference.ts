import { isAbsolute, join } from 'node:path'
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
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

/** Type → field → `(arguments): Type`, of everything that has fields. */
export type Signatures = Record<string, Record<string, string>>

export function signaturesOf(schema: GraphQLSchema): Signatures {
  const types = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const result: Signatures = {}
  for (const type of types) {
    if (isInputObjectType(type)) {
      result[type.name] = Object.fromEntries(
        Object.values(type.getFields()).map((field) => [field.name, `: ${inputText(field)}`]),
      )
    } else if (isObjectType(type) || isInterfaceType(type)) {
      result[type.name] = Object.fromEntries(
        Object.values(type.getFields()).map((field) => {
          const args = field.args.map((argument) => `${argument.name}: ${inputText(argument)}`)
          return [field.name, `(${args.sort().join(', ')}): ${field.type}`.replace('()', '')]
        }),
      )
    }
  }
  return result
}

const inputText = ({ type, defaultValue }: GraphQLArgument | GraphQLInputField): string =>
  defaultValue === undefined ? `${type}` : `${type} = ${JSON.stringify(defaultValue)}`
