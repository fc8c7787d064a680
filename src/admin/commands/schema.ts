import type { Command } from 'commander'
import { storeTarget } from '../../config/targets.ts'
import { readSchemaState, type SchemaState } from '../schema-state.ts'
import type { Session } from '../session.ts'

export function addSchemaCommands(mgr: Command, session: Session): void {
  const schema = mgr.command('schema').description('the tables of the database')
  schema
    .command('oneshot')
    .description('create the database where there is none and bring its tables up to date')
    .action(async () => {
      const state = await session.run('mgr schema oneshot', (admin) => admin.call('schema.show', {}), {
        create: true,
      })
      session.print(`${state.dialect} database: up to date (${describeLast(state)})`, state)
    })
  schema
    .command('show')
    .description('which changes of the tables are applied')
    .action(async () => {
      const state = await readSchemaState(storeTarget(session.config()))
      const lines = state.migrations.map(({ tag, appliedAt }) => `${tag}  ${appliedAt ?? 'not applied'}`)
      session.print([`${state.dialect} database`, ...lines].join('\n'), state)
    })
}

function describeLast({ migrations }: SchemaState): string {
  const last = migrations.at(-1)
  return last ? `${last.tag}, applied ${last.appliedAt ?? 'never'}` : 'no migrations'
}
