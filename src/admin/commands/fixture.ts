import type { Command } from 'commander'
import { Problem } from '../../core/problem.ts'
import { AdminError } from '../admin-error.ts'
import { readJson } from '../read-json.ts'
import type { Session } from '../session.ts'

export function addFixtureCommands(mgr: Command, session: Session): void {
  const fixture = mgr.command('fixture').description('rows of the database as JSON files')
  fixture
    .command('populate <file...>')
    .description('load files in the given order, each whole or not at all ("-" is standard input)')
    .addHelpText(
      'after',
      '\nExample:\n  backendai mgr fixture populate example-users.json example-keypairs.json',
    )
    .action(async (files: string[]) => {
      await session.run(
        'mgr fixture populate',
        async (admin) => {
          for (const file of files) {
            const json = await readJson(file, session.io)
            const report = await admin.call('fixture.populate', { json }).catch(namingFile(file))
            const lines = Object.entries(report.tables).map(
              ([name, { written, unchanged }]) => `  ${name}: ${written} written, ${unchanged} unchanged`,
            )
            session.print([file, ...lines].join('\n'), { file, ...report })
          }
        },
        { create: true },
      )
    })
}

const namingFile = (file: string) => (error: unknown) => {
  throw error instanceof Problem ? new AdminError(`${file}: ${error.msg ?? error.title}`, 1) : error
}
