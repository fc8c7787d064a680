import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

interface LoginFlags {
  username?: string
}

export const defineLogin: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'login',
    summary: 'log in at a webserver (BACKEND_ENDPOINT_TYPE=session)',
    examples: ['login', 'login -u me@example.com < password.txt'],
  })
    .option('-u, --username <EMAIL>', 'your e-mail address; asked for by default')
    .action(
      bind<LoginFlags>(async ({ context, options }) => {
        const { io, out } = context
        const { settings, client, logins } = await context.anonymous()
        if (settings.endpointType !== 'session') throw needsWebserver()
        const endpoint = settings.endpoints[0] ?? ''
        if (await client.webLogin.whoAmI()) {
          throw new CliError(`You are logged in at ${endpoint} already.`, {
            hints: ['"backend.ai logout" ends that login.'],
          })
        }
        const username = options.username ?? (await ask(context, 'E-mail address: '))
        io.stderr.write('Password: ')
        const password = await io.stdin.readSecret()
        if (!username || !password) throw usageError('A login needs an e-mail address and a password.')
        const account = await logIn(context, client.webLogin.login, username, password)
        const kept = await logins.find(endpoint)
        await logins.keep(endpoint, { cookies: kept?.cookies ?? {}, accessKey: account.access_key })
        if (out.isJson) out.json({ endpoint, ...account })
        out.done(`Logged in at ${endpoint} as ${username} (${account.role}).`)
        return EXIT.ok
      }),
    )
}

export const needsWebserver = () =>
  usageError(
    'Logins are for webservers only.',
    'Set BACKEND_ENDPOINT_TYPE=session and BACKEND_ENDPOINT to the address of the webserver;',
    'a manager takes the key pair of BACKEND_ACCESS_KEY and BACKEND_SECRET_KEY instead.',
  )

type LogIn = Awaited<ReturnType<CommandContext['client']>>['webLogin']['login']

/** Asks for the one-time password where the account has one. */
async function logIn(context: CommandContext, login: LogIn, username: string, password: string) {
  const first = await login(username, password)
  if (first.isAuthenticated) return first.account
  if (!/otp not provided/i.test(first.refusal.details)) throw refused(first.refusal)
  context.io.stderr.write('One-time password: ')
  const otp = await context.io.stdin.readSecret()
  const second = await login(username, password, { otp: otp ?? '' })
  if (second.isAuthenticated) return second.account
  throw refused(second.refusal)
}

const refused = ({ details, title }: { details: string; title: string }): CliError =>
  new CliError(`The login was refused: ${details || title}`)

async function ask({ io }: CommandContext, question: string): Promise<string | null> {
  io.stderr.write(question)
  return io.stdin.readLine()
}
