import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { needsWebserver } from './login.ts'

export const defineLogout: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'logout',
    summary: 'end the login at a webserver',
    examples: ['logout'],
  }).action(
    bind(async ({ context }) => {
      const { settings, client, logins } = await context.anonymous()
      if (settings.endpointType !== 'session') throw needsWebserver()
      try {
        await client.webLogin.logout()
      } finally {
        // Also where the server is away: what is kept here is forgotten in any case.
        for (const endpoint of settings.endpoints) await logins.keep(endpoint, null)
      }
      if (context.out.isJson) context.out.json({ endpoint: settings.endpoints[0] })
      context.out.done('Logged out.')
      return EXIT.ok
    }),
  )
}
