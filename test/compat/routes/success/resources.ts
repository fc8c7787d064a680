import { expect } from 'bun:test'
import type { Hit } from '../hit.ts'
import type { Live } from '../live.ts'

export const MODIFY_GROUP = `mutation($addr: String) {
  modify_scaling_group(name: "default", props: { wsproxy_addr: $addr, wsproxy_api_token: "t" }) { ok msg }
}`

/** Presets, usage, agents and their watchers, resource groups. */
export async function resources(live: Live, hit: Hit): Promise<void> {
  const { group } = live
  await hit('GET /resource/presets')
  await hit('POST /resource/check-presets', { body: { group: 'default', scaling_group: 'default' } })
  await hit('POST /resource/recalculate-usage')
  await hit('GET /resource/usage/month', { query: { month: '202611', group_ids: group } })
  await hit('GET /resource/usage/period', {
    query: { group_id: group, start_date: '20261101', end_date: '20261130' },
  })
  await hit('GET /resource/stats/user/month', { as: live.member })
  await hit('GET /resource/stats/admin/month')
  expect((await hit('GET /scaling-groups', { query: { group: 'default' } })).json).toEqual({
    scaling_groups: [{ name: 'default' }],
  })
  using proxy = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => Response.json({ api_version: 'v2' }),
  })
  await live.graphql(MODIFY_GROUP, { addr: `http://127.0.0.1:${proxy.port}` })
  const versions = await hit('GET /scaling-groups/{scaling_group}/wsproxy-version', {
    at: ['default'],
    query: { group: 'default' },
  })
  expect(versions.json).toEqual({ wsproxy_version: 'v2' })
  await live.graphql(MODIFY_GROUP, { addr: '' })
  const agent_id = await onlyAgent(live)
  for (const op of ['exclude-agents', 'include-agents'])
    await hit('POST /manager/scheduler/operation', { body: { op, args: [agent_id] }, status: 204 })
}

/** Agents through the watcher of their node; the agent is away for a moment. */
export async function watchers(live: Live, hit: Hit): Promise<void> {
  const agent_id = await onlyAgent(live)
  await hit('GET /resource/watcher', { query: { agent_id } })
  for (const action of ['stop', 'start', 'restart'])
    await hit(`POST /resource/watcher/agent/${action}`, { body: { agent_id } })
}

export async function onlyAgent(live: Live): Promise<string> {
  const { agent_list: list } = await live.graphql<{ agent_list: { items: { id: string }[] } }>(
    '{ agent_list(limit: 10, offset: 0, status: "ALIVE") { items { id } total_count } }',
  )
  return list.items[0]?.id ?? ''
}
