import type { Command } from 'commander'
import { AdminError } from '../admin-error.ts'
import { readJson } from '../read-json.ts'
import { readText } from '../read-text.ts'
import type { Session } from '../session.ts'
import type { ApiDocuments } from './api.ts'

interface Flags {
  variables?: string
  accessKey?: string
}

export function addGqlCommands(mgr: Command, session: Session, documents: () => Promise<ApiDocuments>): void {
  const gql = mgr.command('gql').description('the GraphQL interface of the manager')
  gql
    .command('show')
    .description('print the schema')
    .action(async () => {
      const schema = await (await documents()).graphql()
      session.print(schema.trimEnd(), { schema })
    })
  gql
    .command('query')
    .description('ask the running manager as a superadmin; the answer is JSON')
    .argument('<document>', 'the document itself, @FILE, or "-" for standard input')
    .option('-v, --variables <json>', 'its variables, as JSON or @FILE')
    .option('-k, --access-key <key>', 'ask with this keypair instead')
    .addHelpText('after', '\nExample:\n  backendai mgr gql query "{ domains { name is_active } }"')
    .action(async (document: string, { variables, accessKey }: Flags) => {
      const query = await readText(document, session.io)
      const params = { query, variables: await variablesOf(variables, session), accessKey: accessKey ?? null }
      const answer = await session.run('mgr gql query', (admin) => admin.call('graphql.query', params))
      session.print(JSON.stringify(answer.data, null, 2), answer)
      const [error] = answer.errors ?? []
      if (error) throw new AdminError(error.message, 1)
    })
}

async function variablesOf(text: string | undefined, { io }: Session): Promise<Record<string, unknown>> {
  if (text === undefined) return {}
  const value = text.startsWith('@') ? await readJson(text.slice(1), io) : parsed(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new AdminError('--variables: expected a JSON object', 2)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AdminError('--variables: expected a JSON object', 2)
  }
}
