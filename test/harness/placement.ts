import { freePorts } from './ports.ts'

const ADDRESSES = [
  'BACKENDAI_MANAGER__SERVICE_ADDR',
  'BACKENDAI_MANAGER__RPC_LISTEN_ADDR',
  'BACKENDAI_WEBSERVER__SERVICE_ADDR',
  'BACKENDAI_APP_PROXY__SERVICE_ADDR',
  'BACKENDAI_API__CLIENT__SERVICE_ADDR',
  'BACKENDAI_API__MANAGER__SERVICE_ADDR',
  'BACKENDAI_WATCHER__SERVICE_ADDR',
]
const WINDOW = 200

/** Settings, as environment, that keep clusters on one machine out of each other's way. */
export async function placement(): Promise<Record<string, string>> {
  const ports = await freePorts(ADDRESSES.length)
  const addresses = ADDRESSES.map((name, index) => [name, `127.0.0.1:${ports[index]}`])
  // Below the ports that the system hands out and away from the default range; one window per test process.
  const first = 10_000 + (process.pid % 90) * WINDOW
  return {
    ...Object.fromEntries(addresses),
    BACKENDAI_CONTAINER__PORT_RANGE: `[${first}, ${first + WINDOW - 1}]`,
  }
}
