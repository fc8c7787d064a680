import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AdminError } from '../admin-error.ts'
import type { Session } from '../session.ts'

/** What the manager serves, as text; admin knows no role, so that whoever starts it brings these. */
export interface ApiDocuments {
  openapi(): Promise<string>
  graphql(): Promise<string>
}

export function addApiCommands(mgr: Command, { io }: Session, documents: () => Promise<ApiDocuments>): void {
  const api = mgr.command('api').description('what this version of the manager serves')
  const dump = (name: string, description: string, read: (from: ApiDocuments) => Promise<string>): void => {
    api
      .command(name)
      .description(description)
      .option('-o, --output <file>', 'write to a file instead of standard output')
      .action(async ({ output }: { output?: string }) => {
        const text = await read(await documents())
        if (output === undefined || output === '-') return io.stdout(text)
        try {
          writeFileSync(resolve(io.cwd, output), text)
        } catch (cause) {
          throw new AdminError(
            `${output} could not be written: ${cause instanceof Error ? cause.message : cause}`,
            1,
          )
        }
      })
  }
  dump('dump-openapi', 'print OpenAPI 3.1 of the REST routes', (from) => from.openapi())
  dump('dump-gql-schema', 'print the GraphQL schema', (from) => from.graphql())
}
