import Docker from 'dockerode'

/** Where a Docker Engine answers. */
export interface EngineAddress {
  socketPath: string | null
  host: string | null
  port: number | null
}

const DEFAULT_SOCKETS = ['/var/run/docker.sock', '/run/docker.sock']

/** Reads DOCKER_HOST (`unix:///path`, `tcp://host:port`); null when it is neither. */
export function parseDockerHost(text: string): EngineAddress | null {
  const socket = /^unix:\/\/(\/.+)$/.exec(text)?.[1]
  if (socket !== undefined) return { socketPath: socket, host: null, port: null }
  const match = /^(?:tcp|http):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(text)
  if (!match) return null
  return { socketPath: null, host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(match[2] ?? 2375) }
}

export const openEngine = ({ socketPath, host, port }: EngineAddress): Docker =>
  socketPath === null
    ? new Docker({ protocol: 'http', host: host ?? '127.0.0.1', port: port ?? 2375 })
    : new Docker({ socketPath })

/**
 * The engine that answers `/_ping` within a second, on DOCKER_HOST or else on the usual sockets; null when there is
 * none: a Docker command line alone is no engine.
 */
export async function findEngine(
  environ: Readonly<Record<string, string | undefined>> = process.env,
): Promise<{ docker: Docker; address: EngineAddress } | null> {
  const given = environ.DOCKER_HOST
  const addresses = given
    ? [parseDockerHost(given)].filter((address) => address !== null)
    : DEFAULT_SOCKETS.map((socketPath): EngineAddress => ({ socketPath, host: null, port: null }))
  for (const address of addresses) {
    if (await answersPing(address)) return { docker: openEngine(address), address }
  }
  return null
}

async function answersPing({ socketPath, host, port }: EngineAddress): Promise<boolean> {
  const url =
    socketPath === null
      ? `http://${host?.includes(':') ? `[${host}]` : host}:${port}/_ping`
      : 'http://engine/_ping'
  const target = socketPath === null ? {} : { unix: socketPath }
  return fetch(url, { signal: AbortSignal.timeout(1_000), ...target }).then(
    ({ ok }) => ok,
    () => false,
  )
}
