/** How to reach a container engine: the value of DOCKER_HOST, and the same for `fetch`. */
export interface EngineAddress {
  host: string
  socketPath: string | null
  url: string
}

/** Reads `unix:///path` and `tcp://host:port`. */
export function engineAddress(host: string): EngineAddress {
  const socketPath = host.startsWith('unix://') ? host.slice('unix://'.length) : null
  return { host, socketPath, url: socketPath === null ? host.replace(/^tcp:/, 'http:') : 'http://engine' }
}

/** The engine that DOCKER_HOST names, else the one of the well-known socket. */
export const usualEngine = (): EngineAddress =>
  engineAddress(process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock')

/** Does an engine answer there within a second? */
export async function answersPing(engine: EngineAddress): Promise<boolean> {
  const init = {
    signal: AbortSignal.timeout(1000),
    ...(engine.socketPath ? { unix: engine.socketPath } : {}),
  }
  return fetch(`${engine.url}/_ping`, init).then(
    (response) => response.ok,
    () => false,
  )
}
