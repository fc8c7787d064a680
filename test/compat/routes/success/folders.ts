import { expect } from 'bun:test'
import type { Hit } from '../hit.ts'
import type { Live } from '../live.ts'

const at = ['data']

/** Folders: made, filled, shared, copied and deleted. */
export async function folders(live: Live, hit: Hit): Promise<void> {
  const { member, friend } = live
  const as = member
  const { json: hosts } = await hit('GET /folders/_/hosts', { as })
  const host = String(hosts.default)
  const { json: made } = await hit('POST /folders', {
    as,
    body: { name: 'data', host, cloneable: true },
    status: 201,
  })
  const id = String(made.id)
  await hit('GET /folders', { as, query: { all: 'false' } })
  await hit('GET /folders/{name}', { as, at })
  for (const path of ['all-hosts', 'all_hosts', 'allowed-types', 'allowed_types'])
    await hit(`GET /folders/_/${path}`)
  await hit('GET /folders/_/perf-metric', { query: { folder_host: host } })
  await content(hit, as)
  const place = { folder_host: host, id }
  await hit('GET /folders/_/quota', { as, query: place })
  await hit('POST /folders/_/quota', { body: { ...place, input: { size_bytes: 10_000_000 } } })
  await hit('GET /folders/_/usage', { query: place })
  await hit('GET /folders/_/used-bytes', { query: place })
  await sharing(live, hit, id)
  await projectSharing(live, hit, host)
  await hit('POST /folders/{name}/update-options', { as, at, body: { cloneable: true, permission: 'rw' } })
  const { json: clone } = await hit('POST /folders/{name}/clone', {
    as,
    at,
    body: { cloneable: false, target_name: 'copy', target_host: host },
    status: 201,
  })
  const followed = await hit('GET /events/background-task', {
    as,
    query: { task_id: String(clone.bgtask_id) },
  })
  expect(followed.text).toContain('bgtask_done')
  await hit('POST /folders/_/change-ownership', { body: { vfolder: id, user_email: friend.email } })
  await hit('POST /folders/{name}/rename', { as: friend, at, body: { new_name: 'other' }, status: 201 })
  await hit('DELETE /folders/{name}', { as: friend, at: ['other'], status: 204 })
  const { json: last } = await hit('POST /folders', { body: { name: 'last', host }, status: 201 })
  await hit('DELETE /folders', { body: { id: last.id }, status: 204 })
}

async function content(hit: Hit, as: Live['member']): Promise<void> {
  await hit('POST /folders/{name}/mkdir', {
    as,
    at,
    body: { path: 'a/b', parents: true, exist_ok: false },
    status: 201,
  })
  await hit('POST /folders/{name}/rename-file', {
    as,
    at,
    body: { target_path: 'a/b', new_name: 'c', is_dir: true },
  })
  await hit('POST /folders/{name}/rename_file', {
    as,
    at,
    body: { target_path: 'a/c', new_name: 'd', is_dir: true },
  })
  await hit('POST /folders/{name}/move-file', { as, at, body: { src: 'a/d', dst: 'd' } })
  const { json: up } = await hit('POST /folders/{name}/request-upload', {
    as,
    at,
    body: { path: 'f.txt', size: 4 },
  })
  const sent = await fetch(`${up.url}?token=${up.token}`, {
    method: 'PATCH',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    },
    body: 'text',
  })
  expect(sent.status).toBe(204)
  const { json: down } = await hit('POST /folders/{name}/request-download', {
    as,
    at,
    body: { path: 'f.txt' },
  })
  expect(await (await fetch(`${down.url}?token=${down.token}`)).text()).toBe('text')
  const { json } = await hit('GET /folders/{name}/files', { as, at, query: { path: '.' } })
  expect(json.files).toContain('f.txt')
  await hit('DELETE /folders/{name}/delete-files', { as, at, body: { files: ['f.txt'], recursive: false } })
  await hit('DELETE /folders/{name}/delete_files', { as, at, body: { files: ['d'], recursive: true } })
}

async function sharing({ member, friend }: Live, hit: Hit, id: string): Promise<void> {
  const as = member
  const invite = async (): Promise<string> => {
    await hit('POST /folders/{name}/invite', {
      as,
      at,
      body: { perm: 'ro', emails: [friend.email] },
      status: 201,
    })
    for (const path of ['list-sent', 'list_sent']) await hit(`GET /folders/invitations/${path}`, { as })
    const { json } = await hit('GET /folders/invitations/list', { as: friend })
    return (json.invitations as { id: string }[])[0]?.id ?? ''
  }
  const first = await invite()
  await hit('POST /folders/invitations/update/{inv_id}', { as, at: [first], body: { perm: 'rw' } })
  await hit('DELETE /folders/invitations/delete', { as: friend, body: { inv_id: first } })
  await hit('POST /folders/invitations/accept', { as: friend, body: { inv_id: await invite() } })
  await hit('GET /folders/_/shared', { as, query: { vfolder_id: id } })
  await hit('POST /folders/_/shared', { as, body: { vfolder: id, user: friend.uuid, perm: 'ro' } })
  await hit('POST /folders/{name}/leave', { as: friend, at, body: {} })
}

async function projectSharing(live: Live, hit: Hit, host: string): Promise<void> {
  await hit('POST /folders', { body: { name: 'common', host, group: live.group }, status: 201 })
  const emails = [live.friend.email]
  await hit('POST /folders/{name}/share', { at: ['common'], body: { permission: 'ro', emails }, status: 201 })
  await hit('DELETE /folders/{name}/unshare', { at: ['common'], body: { emails }, status: 200 })
}

/** Mounts of nodes, through their watchers. */
export async function mounts(_live: Live, hit: Hit): Promise<void> {
  await hit('GET /folders/_/fstab', { query: {} })
  await hit('GET /folders/_/mounts')
  const mount = { name: 'route-test', fs_location: 'none', fs_type: 'tmpfs', edit_fstab: false }
  await hit('POST /folders/_/mounts', { body: mount })
  await hit('DELETE /folders/_/mounts', { body: { name: mount.name, edit_fstab: false } })
}
