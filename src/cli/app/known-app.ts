import type { Client } from '../../client/client.ts'
import type { SessionApp } from '../../client/session-apps.ts'
import { CliError } from '../exit-code.ts'
import { closest } from '../session/closest.ts'

/** The app of that name. @throws CliError that lists the apps there are. */
export async function knownApp(
  client: Client,
  session: string,
  name: string,
  ref: { ownerAccessKey?: string | undefined; signal: AbortSignal },
): Promise<SessionApp> {
  const apps = await client.sessions.apps(session, ref)
  const found = apps.find((app) => app.name === name)
  if (found) return found
  const names = apps.map((app) => app.name)
  const close = closest(name, names)
  throw new CliError(`The session ${session} has no app "${name}".`, {
    hints: [
      close.length > 0
        ? `Did you mean: ${close.join(', ')}?`
        : names.length > 0
          ? `Its apps: ${names.join(', ')}.`
          : 'It has no apps at all.',
    ],
  })
}

/** Where an app is found through a listener of ours. */
export function appAddress(app: SessionApp, host: string, port: number): string {
  const protocol = app.protocol === 'tcp' || app.protocol === 'pty' ? 'tcp' : app.protocol
  const scheme = protocol === 'preopen' ? 'http' : protocol
  const template = app.url_template ?? '{protocol}://{host}:{port}'
  return template
    .replaceAll('{protocol}', scheme)
    .replaceAll('{host}', host)
    .replaceAll('{port}', String(port))
}
