import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  visit,
} from 'graphql'

/** Words and signs of a document, at most. */
export const MAX_TOKENS = 8000
const MAX_DEPTH = 12
/** Selected fields after fragments are put in, at most. */
const MAX_FIELDS = 2000

/** A validation rule against documents that cost more to run than they look. */
export function boundedRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      const fragments = new Map(
        document.definitions
          .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
          .map((fragment) => [fragment.name.value, fragment]),
      )
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue
        const fault = faultOf(definition.selectionSet, fragments)
        if (fault) context.reportError(new GraphQLError(fault, { nodes: definition }))
      }
    },
  }
}

function faultOf(
  root: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string | null {
  let fields = 0
  const stack: { set: SelectionSetNode; depth: number; inside: readonly string[] }[] = [
    { set: root, depth: 1, inside: [] },
  ]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { set, depth, inside } = next
    if (depth > MAX_DEPTH) return `The document is nested deeper than ${MAX_DEPTH} levels.`
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value
        const fragment = fragments.get(name)
        // Cycles have a rule of their own.
        if (!fragment || inside.includes(name)) continue
        stack.push({ set: fragment.selectionSet, depth, inside: [...inside, name] })
        fields += 1
        continue
      }
      fields += 1
      if (!selection.selectionSet) continue
      // Of introspection, and of one object each: tools ask for nine of them below one another.
      const isLevel = selection.kind === Kind.FIELD && selection.name.value !== 'ofType'
      stack.push({ set: selection.selectionSet, depth: isLevel ? depth + 1 : depth, inside })
    }
    if (fields > MAX_FIELDS) return `The document selects more than ${MAX_FIELDS} fields.`
  }
  return null
}

/** Whether a document asks for the schema itself. */
export function introspects(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Field(node) {
      if (node.name.value === '__schema' || node.name.value === '__type') found = true
    },
  })
  return found
}
