import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'

const UUID_TEXT = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

function literalText(node: ValueNode, what: string): string {
  if (node.kind !== Kind.STRING) throw new GraphQLError(`${what} is written as a string`, { nodes: node })
  return node.value
}

const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) =>
    (value instanceof Date ? value : new Date(String(value))).toISOString().replace('Z', '+00:00'),
  parseValue: (value) => readDate(String(value)),
  parseLiteral: (node) => readDate(literalText(node, 'DateTime')),
})

function readDate(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new GraphQLError(`not an ISO 8601 time: "${text}"`)
  return date
}

const jsonString = new GraphQLScalarType<unknown, string>({
  name: 'JSONString',
  serialize: (value) => JSON.stringify(value),
  parseValue: (value) => readJson(value),
  parseLiteral: (node) => readJson(literalText(node, 'JSONString')),
})

function readJson(value: unknown): unknown {
  if (typeof value !== 'string') throw new GraphQLError('JSONString takes JSON as text')
  try {
    return JSON.parse(value)
  } catch {
    throw new GraphQLError('JSONString: the text is no JSON')
  }
}

const uuid = new GraphQLScalarType<string, string>({
  name: 'UUID',
  serialize: (value) => String(value),
  parseValue: (value) => readUuid(value),
  parseLiteral: (node) => readUuid(literalText(node, 'UUID')),
})

function readUuid(value: unknown): string {
  if (typeof value !== 'string' || !UUID_TEXT.test(value)) throw new GraphQLError(`not a UUID: ${value}`)
  return value
    .replaceAll('-', '')
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const bigInt = new GraphQLScalarType<number, number>({
  name: 'BigInt',
  serialize: (value) => Number(value),
  parseValue: (value) => readInteger(value),
  parseLiteral: (node) => {
    if (node.kind !== Kind.INT && node.kind !== Kind.STRING) throw new GraphQLError('BigInt is an integer')
    return readInteger(node.value)
  },
})

function readInteger(value: unknown): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new GraphQLError(`not an integer: ${value}`)
  return number
}

export const scalars = { DateTime: dateTime, JSONString: jsonString, UUID: uuid, BigInt: bigInt }
