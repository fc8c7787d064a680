import { createServer } from 'node:net'

/** Whether `port` can be bound on `host` right now. */
export const probePort =
  (host: string) =>
  (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
    })
