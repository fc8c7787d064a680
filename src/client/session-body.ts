import type { SessionOptions } from './session-types.ts'

interface Defaults {
  domain: string
  group: string
  name: string
}

/** The body of `POST /session`, with every key that the official client sends. */
export function sessionBody(options: SessionOptions, defaults: Defaults): Record<string, unknown> {
  return {
    image: options.image,
    name: options.name ?? defaults.name,
    ...(options.architecture === undefined ? {} : { architecture: options.architecture }),
    type: options.type ?? 'interactive',
    tag: options.tag ?? null,
    clusterSize: options.clusterSize ?? 1,
    clusterMode: options.clusterMode ?? 'single-node',
    enqueueOnly: options.enqueueOnly ?? false,
    maxWaitSeconds: options.maxWaitSeconds ?? 0,
    reuseIfExists: options.reuseIfExists ?? true,
    startupCommand: options.startupCommand ?? null,
    bootstrap_script: options.bootstrapScript ?? null,
    starts_at: options.startsAt ?? null,
    dependencies: options.dependencies ?? null,
    callback_url: options.callbackUrl ?? null,
    domain: options.domain ?? defaults.domain,
    group: options.group ?? defaults.group,
    owner_access_key: options.ownerAccessKey ?? null,
    config: {
      mounts: options.mounts ?? [],
      mount_map: options.mountMap ?? {},
      ...(options.mountOptions ? { mount_options: options.mountOptions } : {}),
      environ: options.environ ?? {},
      resources: options.resources ?? {},
      resource_opts: options.resourceOpts ?? {},
      scalingGroup: options.scalingGroup ?? null,
      preopen_ports: options.preopenPorts ?? null,
      ...(options.agentList ? { agentList: options.agentList } : {}),
    },
  }
}
