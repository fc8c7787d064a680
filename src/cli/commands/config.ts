import { UnreachableError } from '../../client/errors.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineConfig: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'config',
    summary: 'show settings and whether the server answers',
    examples: ['config', 'config --json'],
  }).action(
    bind(async ({ context }) => {
      const { out } = context
      const settings = await context.settings()
      const server = await askServer(context)
      const facts = {
        endpoint: settings.endpoints.join(', '),
        endpoint_from: settings.sources.endpoint,
        endpoint_type: settings.endpointType,
        access_key: settings.accessKey,
        secret_key: settings.secretKey ? masked(settings.secretKey) : null,
        key_pair_from: settings.sources.keyPair,
        domain: settings.domain,
        group: settings.group,
        vfolder_mounts: settings.vfolderMounts,
        skip_sslcert_validation: settings.skipSslCertValidation,
        ...server,
      }
      if (out.isJson) {
        out.json(facts)
        return EXIT.ok
      }
      if (server.announcement) out.info(`Announcement: ${server.announcement}`)
      out.fields([
        ['API endpoint', `${facts.endpoint} (from ${facts.endpoint_from})`],
        ['Access key', `${facts.access_key} (from ${facts.key_pair_from})`],
        ...(facts.secret_key ? [['Secret key', facts.secret_key] as const] : []),
        ['Domain', facts.domain],
        ['Project', facts.group],
        ['Folders to mount', facts.vfolder_mounts.join(', ') || 'none'],
        ['Check certificates', facts.skip_sslcert_validation ? 'no' : 'yes'],
        ['Server API', server.server_version ?? `not reachable: ${server.problem}`],
        ['Manager', server.manager_version ?? 'unknown'],
        ...(server.backendai_version
          ? [['Server software', `backendai ${server.backendai_version}`] as const]
          : []),
        [
          settings.endpointType === 'session' ? 'Login accepted' : 'Key pair accepted',
          server.is_authorized === null ? 'unknown' : server.is_authorized ? 'yes' : 'no',
        ],
      ])
      return EXIT.ok
    }),
  )
}

interface ServerFacts {
  server_version: string | null
  manager_version: string | null
  backendai_version: string | null
  is_authorized: boolean | null
  announcement: string | null
  problem: string | null
}

/** The settings are shown whether or not the server answers. */
async function askServer(context: CommandContext): Promise<ServerFacts> {
  const client = await context.client()
  const nothing = {
    server_version: null,
    manager_version: null,
    backendai_version: null,
    is_authorized: null,
    announcement: null,
  }
  try {
    const version = await client.system.version()
    const isAuthorized = await client.system.testAuth('config').then(
      () => true,
      () => false,
    )
    const announcement = await client.system.announcement().catch(() => null)
    return {
      server_version: version.version,
      manager_version: version.manager ?? null,
      backendai_version: version.backendai ?? null,
      is_authorized: isAuthorized,
      announcement: announcement?.enabled ? announcement.message : null,
      problem: null,
    }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error
    return { ...nothing, problem: error.message }
  }
}

const masked = (secret: string): string => `${secret.slice(0, 6)}${'*'.repeat(10)}`
