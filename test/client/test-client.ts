import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { ACCESS_KEY, type ScriptedManager, SECRET_KEY } from './scripted-manager.ts'

/** A client of the scripted manager; pauses take no time. */
export const testClient = (manager: ScriptedManager): Client =>
  createClient({
    endpoint: manager.endpoint,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    domain: 'dom',
    group: 'proj',
    transport: createCliTransport(),
    sleep: async (_ms, signal) => signal?.throwIfAborted(),
  })
