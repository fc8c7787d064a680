import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineGql: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'gql',
    summary: 'send a GraphQL document',
    examples: [`gql '{ keypair { user_id } }'`, `gql -v '{"id":"…"}' < query.graphql`],
  })
    .argument('[DOCUMENT]', 'query or mutation; standard input by default')
    .option('-v, --variables <JSON>', 'variables as a JSON object')
    .action(
      bind<{ variables?: string }>(async ({ context, options, args }) => {
        const variables = variablesOf(options.variables)
        const document = args[0] ?? (await context.io.stdin.readAll())
        if (document.trim() === '') throw usageError('The GraphQL document is empty.')
        const client = await context.client()
        const data = await client.graphql.query(document, variables, context.signal)
        if (context.out.isJson) context.out.json(data)
        else context.out.text(JSON.stringify(data, null, 2))
        return EXIT.ok
      }),
    )
}

function variablesOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (cause) {
    throw usageError(`--variables is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  throw usageError('--variables must be a JSON object.')
}
