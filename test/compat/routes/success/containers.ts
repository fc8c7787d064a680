import { expect } from 'bun:test'
import { until } from '../../../harness/until.ts'
import type { Hit } from '../hit.ts'
import type { Live } from '../live.ts'
import { MODIFY_GROUP } from './resources.ts'

const NAME = 'route-apps'
const at = [NAME]

/** What only sessions in containers have: apps, and images made of them. */
export async function containers(live: Live, hit: Hit): Promise<void> {
  const config = { preopen_ports: [8888] }
  await hit('POST /session', { body: { image: 'python', name: NAME, config }, status: 201 })
  const { json } = await hit('GET /stream/session/{session_name}/apps', { at })
  const app = (json as unknown as { name: string }[])[0]?.name ?? ''
  for (const kind of ['httpproxy', 'tcpproxy']) {
    const tunnel = await live.openSocket(live.admin, `/stream/session/${NAME}/${kind}?app=${app}`)
    tunnel.close()
  }
  await startedService(live, hit, app)
  await hit('POST /session/{session_name}/shutdown-service', { at, body: { service_name: app }, status: 204 })
  const begun = await hit('POST /session/{session_name}/commit', { at, body: {}, status: 201 })
  expect(begun.json).toMatchObject({ bgtask_id: expect.any(String) })
  await until(
    async () => (await hit('GET /session/{session_name}/commit', { at })).json.status !== 'ongoing',
    60_000,
  )
  await hit('DELETE /session/{session_name}', { at, query: { forced: 'true' } })
}

async function startedService(live: Live, hit: Hit, app: string): Promise<void> {
  const told: Record<string, unknown>[] = []
  using proxy = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      if (request.method === 'GET') return Response.json({ api_version: 'v2' })
      told.push((await request.json()) as Record<string, unknown>)
      return Response.json({ token: 'for-the-proxy' })
    },
  })
  const address = `http://127.0.0.1:${proxy.port}`
  await live.graphql(MODIFY_GROUP, { addr: address })
  const started = await hit('POST /session/{session_name}/start-service', { at, body: { app }, status: 200 })
  expect(started.json).toEqual({ token: 'for-the-proxy', wsproxy_addr: address })
  expect(told).toMatchObject([{ kernel_port: expect.any(Number), session: { domain_name: 'default' } }])
  await live.graphql(MODIFY_GROUP, { addr: '' })
}
