import type { ClientCrypto } from './client-crypto.ts'
import type { Connection } from './connection.ts'
import type { CreatedSession, SessionOptions } from './session-types.ts'
import type { SessionDefaults } from './sessions.ts'

/** What differs from the template; absent fields are the template's. */
export type TemplateOverrides = Partial<SessionOptions>

export interface SessionFromTemplate {
  /** Waits until the session runs, unless `enqueueOnly` or `maxWaitSeconds` say otherwise. */
  createFromTemplate(
    templateId: string,
    overrides?: TemplateOverrides,
    signal?: AbortSignal,
  ): Promise<CreatedSession>
  /** A session of several containers by a cluster template. */
  createCluster(
    templateId: string,
    name: string,
    options?: Pick<
      SessionOptions,
      'domain' | 'group' | 'scalingGroup' | 'enqueueOnly' | 'maxWaitSeconds' | 'ownerAccessKey' | 'tag'
    >,
    signal?: AbortSignal,
  ): Promise<CreatedSession>
}

export function createSessionFromTemplate(
  connection: Connection,
  crypto: ClientCrypto,
  defaults: SessionDefaults,
): SessionFromTemplate {
  async function create(
    action: string,
    json: { name?: string | undefined },
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<CreatedSession> {
    const created = await connection.json<Partial<CreatedSession> & { sessionId: string }>({
      method: 'POST',
      path: ['session', '_', action],
      json,
      headers: { 'X-BackendAI-Client-Token': token ?? crypto.randomHex(32) },
      isIdempotent: true,
      signal,
    })
    const sessionName = json.name ?? created.sessionId
    return { created: true, status: 'RUNNING', servicePorts: [], sessionName, ...created }
  }
  return {
    createFromTemplate: (templateId, overrides = {}, signal) =>
      create(
        'create-from-template',
        templateBody(templateId, overrides, defaults, `session-${crypto.randomHex(10)}`),
        overrides.clientToken,
        signal,
      ),
    createCluster: (templateId, name, options = {}, signal) =>
      create(
        'create-cluster',
        {
          name,
          ...present({
            template_id: templateId,
            // The older spelling of the name, which the documentation has.
            clientSessionToken: name,
            tag: options.tag,
            enqueueOnly: options.enqueueOnly,
            maxWaitSeconds: options.maxWaitSeconds,
            scaling_group: options.scalingGroup,
            domain: options.domain ?? defaults.domain,
            group: options.group ?? defaults.group,
            owner_access_key: options.ownerAccessKey,
          }),
        },
        undefined,
        signal,
      ),
  }
}

/** Values that are not given are left out, so that the template's stay. */
function templateBody(
  templateId: string,
  options: TemplateOverrides,
  defaults: SessionDefaults,
  name: string,
): Record<string, unknown> & { name: string } {
  const config = present({
    mounts: options.mounts,
    mount_map: options.mountMap,
    mount_options: options.mountOptions,
    environ: options.environ,
    resources: options.resources,
    resource_opts: options.resourceOpts,
    scalingGroup: options.scalingGroup,
    preopen_ports: options.preopenPorts,
    agentList: options.agentList,
  })
  return {
    ...present({
      template_id: templateId,
      image: options.image,
      architecture: options.architecture,
      type: options.type,
      tag: options.tag,
      clusterSize: options.clusterSize,
      clusterMode: options.clusterMode,
      enqueueOnly: options.enqueueOnly,
      maxWaitSeconds: options.maxWaitSeconds,
      reuseIfExists: options.reuseIfExists,
      startupCommand: options.startupCommand,
      bootstrap_script: options.bootstrapScript,
      starts_at: options.startsAt,
      dependencies: options.dependencies,
      callbackURL: options.callbackUrl,
      domain: options.domain ?? defaults.domain,
      group: options.group ?? defaults.group,
      owner_access_key: options.ownerAccessKey,
    }),
    name: options.name ?? name,
    ...(Object.keys(config).length > 0 ? { config } : {}),
  }
}

const present = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
