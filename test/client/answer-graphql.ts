import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute, type GraphQLSchema, parse, validate } from 'graphql'
import { createSchema } from 'graphql-yoga'
import { json, type ScriptedManager } from './scripted-manager.ts'

/** One call of a root field. */
export interface RootCall {
  root: string
  args: Record<string, unknown>
}

const directory = join(import.meta.dir, '../../src/manager/api/graphql')
let schema: GraphQLSchema | null = null

function managerSchema(): GraphQLSchema {
  const files = readdirSync(directory).filter((name) => name.endsWith('.graphql'))
  schema ??= createSchema({ typeDefs: files.map((name) => readFileSync(join(directory, name), 'utf8')) })
  return schema
}

/**
 * Answers GraphQL by the schema of the manager: documents and variables are checked, the values of root fields come from
 * `roots`. Gives the calls in their order.
 */
export function answerGraphQl(
  manager: ScriptedManager,
  roots: Record<string, (args: Record<string, unknown>) => unknown>,
): RootCall[] {
  const calls: RootCall[] = []
  const rootValue = Object.fromEntries(
    Object.entries(roots).map(([root, answer]) => [
      root,
      (args: Record<string, unknown>) => {
        calls.push({ root, args })
        return answer(args)
      },
    ]),
  )
  manager.on('POST /admin/gql', async (request) => {
    const { query, variables } = request.json() as { query: string; variables: Record<string, unknown> }
    const document = parse(query)
    const errors = validate(managerSchema(), document)
    if (errors.length > 0) return json({ errors: errors.map(({ message }) => ({ message })) })
    const result = await execute({
      schema: managerSchema(),
      document,
      rootValue,
      variableValues: variables,
    })
    return json(result)
  })
  return calls
}
