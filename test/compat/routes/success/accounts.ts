import { expect } from 'bun:test'
import { until } from '../../../harness/until.ts'
import type { Hit } from '../hit.ts'
import type { Live } from '../live.ts'

/** Who one is, settings of the cluster, logs: each route once, with what it is for. */
export async function accounts(live: Live, hit: Hit): Promise<void> {
  const { member, friend } = live
  for (const [key, value] of [
    ['enabled', 'true'],
    ['domains', 'example.org'],
  ])
    await hit('POST /config/set', { body: { key: `config/plugins/hook/signup-allowlist/${key}`, value } })
  for (const path of ['/auth', '/auth/test']) {
    expect((await hit(`GET ${path}`, { query: { echo: 'a' } })).json).toEqual({
      authorized: 'yes',
      echo: 'a',
    })
    expect((await hit(`POST ${path}`, { as: member, body: { echo: 'b' } })).json).toMatchObject({ echo: 'b' })
  }
  const login = { type: 'keypair', domain: 'default', username: member.email, password: member.password }
  expect((await hit('POST /auth/authorize', { as: null, body: login })).json.data).toMatchObject({
    access_key: member.accessKey,
  })
  expect((await hit('GET /auth/role', { as: member, query: { group: live.group } })).json).toMatchObject({
    global_role: 'user',
  })
  const [old_password, new_password] = [friend.password, 'another-pass-word-9']
  await hit('POST /auth/update-password', {
    as: friend,
    body: { old_password, new_password, new_password2: new_password },
    status: 200,
  })
  await live.ask(live.admin, 'POST', '/config/set', {
    body: { key: 'config/auth/max_password_age', value: '30d' },
  })
  await hit('POST /auth/update-password-no-auth', {
    as: null,
    body: {
      domain: 'default',
      username: friend.email,
      current_password: new_password,
      new_password: old_password,
    },
    status: 201,
  })
  await live.ask(live.admin, 'POST', '/config/delete', { body: { key: 'config/auth/max_password_age' } })
  await hit('POST /auth/update-full-name', {
    as: friend,
    body: { email: friend.email, full_name: 'A Friend' },
  })
  await hit('GET /auth/ssh-keypair', { as: friend })
  const { json: pair } = await hit('PATCH /auth/ssh-keypair', { as: friend })
  await hit('POST /auth/ssh-keypair', {
    as: friend,
    body: { pubkey: pair.ssh_public_key, privkey: pair.ssh_private_key },
  })
  const signup = { domain: 'default', email: 'new@example.org', password: 'fresh-pass-word-1' }
  // Settings of hooks take seconds to be seen.
  await until(
    async () => (await hit('POST /auth/signup', { as: null, body: signup }).catch(() => null)) !== null,
  )
  type Pair = { access_key: string; secret_key: string }
  const { keypairs } = await live.graphql<{ keypairs: Pair[] }>(
    '{ keypairs(email: "new@example.org") { access_key secret_key } }',
  )
  const [fresh] = keypairs
  await hit('POST /auth/signout', {
    as: { accessKey: fresh?.access_key ?? '', secretKey: fresh?.secret_key ?? '' },
    body: { email: 'new@example.org', password: 'fresh-pass-word-1' },
  })

  await hit('GET /acl', { as: member })
  await hit('GET /image/import')
  await hit('GET /config/resource-slots', { as: null })
  await hit('GET /config/resource-slots/details', { query: { sgroup: 'default' } })
  await hit('GET /config/vfolder-types')
  await hit('GET /config/docker-registries')
  await hit('POST /config/set', { body: { key: 'config/test/a', value: 'b' } })
  expect((await hit('POST /config/get', { body: { key: 'config/test/a', prefix: false } })).json.result).toBe(
    'b',
  )
  await hit('POST /config/delete', { body: { key: 'config/test/a', prefix: false } })

  await hit('POST /logs/error', {
    as: member,
    body: { severity: 'error', source: 'test', message: 'm', context_lang: 'python', context_env: '{}' },
  })
  const { json: logs } = await hit('GET /logs/error', {
    as: member,
    query: { page_size: '20', page_no: '1' },
  })
  const [log] = logs.logs as { log_id: string }[]
  await hit('POST /logs/error/{log_id}/clear', { as: member, at: [log?.log_id ?? ''] })

  await hit('GET /manager/status', { as: null })
  await hit('PUT /manager/status', { body: { status: 'running' }, status: 204 })
  await hit('GET /manager/announcement', { as: null })
  await hit('POST /manager/announcement', { body: { enabled: true, message: 'Hello' }, status: 204 })
  await hit('POST /manager/scheduler/trigger', { body: { event: 'do_schedule' } })
  await hit('GET /manager/scheduler/status')
  for (const path of ['/admin/gql', '/admin/graphql'])
    await hit(`POST ${path}`, { as: member, body: { query: '{ keypair { access_key } }' } })
}
