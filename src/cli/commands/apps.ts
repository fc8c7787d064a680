import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { onSession } from '../session/known-session.ts'
import { ownerOption } from '../spelled-option.ts'

interface AppsFlags {
  listNames?: boolean
  owner?: string
}

export const defineApps: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'apps',
    summary: 'list the apps of a session',
    examples: ['apps mysession', 'apps -l mysession'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('[APPS...]', 'only these')
    .option('-l, --list-names', 'only their names')
    .addOption(ownerOption())
    .action(
      bind<AppsFlags>(async ({ context, options, args: [session = '', ...wanted] }) => {
        const { out, signal } = context
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal }
        const all = await onSession(context, session, () => client.sessions.apps(session, ref))
        const apps = wanted.length > 0 ? all.filter(({ name }) => wanted.includes(name)) : all
        if (out.isJson) out.json(apps)
        else if (apps.length === 0) out.info('There are no such apps.')
        else if (options.listNames) out.text(apps.map(({ name }) => name).join('\n'))
        else
          out.table(
            [
              { title: 'APP', min: 8 },
              { title: 'PROTOCOL' },
              { title: 'PORTS', min: 5 },
              { title: 'ARGUMENTS', min: 8 },
              { title: 'VARIABLES', min: 8 },
            ],
            apps.map((app) => [
              app.name,
              app.protocol,
              app.ports.join(', '),
              Object.keys(app.allowed_arguments ?? {}).join(', '),
              Object.keys(app.allowed_envs ?? {}).join(', '),
            ]),
          )
        return EXIT.ok
      }),
    )
}
