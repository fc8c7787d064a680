import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { MAX_PAGE } from './page.ts'

/** Values that one document may ask for, by estimate: a page of 1000 sessions with all that belongs to each passes. */
export const MAX_COST = 1_000_000
/** Rows that a list without bounds is taken to have: at the root, and in a row. */
const ROOT_ROWS = 100
const NESTED_ROWS = 10
/** The lists of a page or connection: its bounds are counted where they are given. */
const PAGE_FIELDS = new Set(['items', 'edges'])
const BOUNDS = ['limit', 'first', 'last']

type Variables = Readonly<Record<string, unknown>>

/** How many values an operation of a valid document may answer, by its bounds and the schema's lists. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operationName, variables }: { operationName: string | null; variables: Variables },
): number {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  }
  const operation = document.definitions.find(
    (one) =>
      one.kind === Kind.OPERATION_DEFINITION && (operationName === null || one.name?.value === operationName),
  )
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return 0
  const root = schema.getRootType(operation.operation)
  return root ? walk(operation.selectionSet, root, 1, ROOT_ROWS) : 0

  function walk(set: SelectionSetNode, type: GraphQLNamedType, rows: number, unbounded: number): number {
    let cost = 0
    for (const selection of set.selections) {
      if (cost > MAX_COST) return cost
      if (selection.kind === Kind.FIELD) {
        cost += costOfField(selection, type, rows, unbounded)
        continue
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      const condition = inner?.typeCondition?.name.value
      const innerType = condition === undefined ? type : schema.getType(condition)
      if (inner && innerType) cost += walk(inner.selectionSet, innerType, rows, unbounded)
    }
    return cost
  }

  function costOfField(node: FieldNode, type: GraphQLNamedType, rows: number, unbounded: number): number {
    const { selectionSet, name } = node
    if (!selectionSet || name.value.startsWith('__')) return rows
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value] : undefined
    if (!field) return rows
    const inner = rows * rowsOf(node, field, variables, unbounded)
    return rows + walk(selectionSet, getNamedType(field.type), inner, NESTED_ROWS)
  }
}

function rowsOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variables: Variables,
  unbounded: number,
): number {
  if (field.args.some(({ name }) => BOUNDS.includes(name))) {
    const given = BOUNDS.map((name) => boundOf(node, name, variables)).find((value) => value !== null)
    return Math.min(Math.max(given ?? ROOT_ROWS, 1), MAX_PAGE)
  }
  if (!isListType(getNullableType(field.type)) || PAGE_FIELDS.has(field.name)) return 1
  return unbounded
}

function boundOf({ arguments: given }: FieldNode, name: string, variables: Variables): number | null {
  const value = given?.find((argument) => argument.name.value === name)?.value
  if (value?.kind === Kind.INT) return Number(value.value)
  const variable = value?.kind === Kind.VARIABLE ? variables[value.name.value] : null
  return typeof variable === 'number' ? variable : null
}
