import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/client/client.ts'
import { ApiError } from '../../src/client/errors.ts'
import { json, type ScriptedManager, startScriptedManager } from './scripted-manager.ts'
import { type StorageServer, startStorageServer } from './storage-server.ts'
import { testClient } from './test-client.ts'

let manager: ScriptedManager
let storage: StorageServer
let client: Client

beforeEach(async () => {
  manager = await startScriptedManager()
  storage = await startStorageServer()
  client = testClient(manager)
  for (const action of ['upload', 'download']) {
    manager.on(`POST /folders/data/request-${action}`, () =>
      // Whatever query the address has is replaced.
      json({ token: 'ticket', url: `${storage.url}?token=old` }),
    )
  }
})
afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  await storage[Symbol.asyncDispose]()
})

const bodyOf = (route: string) => manager.requestsOf(route)[0]?.json()

describe('life', () => {
  test('a new folder has every key that the official client sends', async () => {
    manager.on('POST /folders', () => json({ id: 'f1', name: 'data' }, 201))
    expect(await client.vfolders.create({ name: 'data' })).toMatchObject({ id: 'f1' })
    expect(bodyOf('POST /folders')).toEqual({
      name: 'data',
      host: null,
      unmanaged_path: null,
      group: null,
      usage_mode: 'general',
      permission: 'rw',
      quota: '0',
      cloneable: false,
    })
  })

  test('rename, options, clone and delete', async () => {
    const empty = () => new Response(null, { status: 204 })
    manager.on('POST /folders/data/rename', () => new Response(null, { status: 201 }))
    manager.on('POST /folders/data/update-options', () => new Response(null, { status: 201 }))
    manager.on('POST /folders/data/clone', () => json({ bgtask_id: 't1' }, 201))
    manager.on('DELETE /folders/data', empty)
    manager.on('DELETE /folders', empty)
    await client.vfolders.rename('data', 'data2')
    await client.vfolders.updateOptions('data', { cloneable: true })
    expect(await client.vfolders.clone('data', { name: 'copy', host: 'local:volume1' })).toBe('t1')
    await client.vfolders.delete('data')
    await client.vfolders.deleteById('f1')
    expect(bodyOf('POST /folders/data/rename')).toEqual({ new_name: 'data2' })
    expect(bodyOf('POST /folders/data/update-options')).toEqual({ cloneable: true, permission: null })
    expect(bodyOf('POST /folders/data/clone')).toEqual({
      target_name: 'copy',
      target_host: 'local:volume1',
      usage_mode: 'general',
      permission: 'rw',
    })
    expect(bodyOf('DELETE /folders')).toEqual({ id: 'f1' })
  })

  test.each([
    ['all', 'vfolder_list', { group_id: null, filter: 'name == "a"', order: null, limit: 20, offset: 0 }],
    ['own', 'vfolder_own_list', { filter: 'name == "a"', order: null, limit: 20, offset: 0 }],
    ['invited', 'vfolder_invited_list', { filter: 'name == "a"', order: null, limit: 20, offset: 0 }],
    ['project', 'vfolder_project_list', { filter: 'name == "a"', order: null, limit: 20, offset: 0 }],
  ] as const)('the list of %s asks for %s', async (scope, root, variables) => {
    manager.on('POST /admin/gql', () =>
      json({ data: { [root]: { items: [{ name: 'a' }], total_count: 1 } } }),
    )
    const page = await client.vfolders.page({ scope, filter: 'name == "a"' })
    expect(page).toEqual({ items: [{ name: 'a' }], totalCount: 1 })
    expect(bodyOf('POST /admin/gql')?.variables).toEqual(variables)
  })
})

describe('files', () => {
  test('the older list, a text in the answer, reads like the newer one', async () => {
    const old = [
      { filename: 'a.csv', size: 5, mtime: 1_700_000_000, mode: '-rw-r--r--' },
      { filename: 'sub', size: 64, mtime: 1_700_000_000, mode: 'drwxr-xr-x' },
    ]
    manager.on('GET /folders/data/files', () => json({ files: JSON.stringify(old) }))
    const files = await client.vfolders.listFiles('data', 'x')
    expect(files.map(({ name, type }) => [name, type])).toEqual([
      ['a.csv', 'FILE'],
      ['sub', 'DIRECTORY'],
    ])
    expect(files[0]?.modified).toBe('2023-11-14T22:13:20.000Z')
    expect(manager.requestsOf('GET /folders/data/files')[0]?.query.get('path')).toBe('x')
  })

  test('deleting sends its many paths as a body and is not repeated', async () => {
    manager.on('DELETE /folders/data/delete-files', () => new Response('busy', { status: 503 }))
    const error = await client.vfolders
      .deleteFiles('data', ['a', 'b'], { recursive: true })
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ApiError)
    const requests = manager.requestsOf('DELETE /folders/data/delete-files')
    expect(requests.map((request) => request.json())).toEqual([{ files: ['a', 'b'], recursive: true }])
  })
})

describe('upload', () => {
  const content = new Blob(['0123456789'])

  test('goes in pieces and tells its progress', async () => {
    const progress: number[] = []
    await client.vfolders.upload('data', 'sub/a.txt', content, {
      chunkBytes: 4,
      onProgress: (done) => progress.push(done),
    })
    expect(bodyOf('POST /folders/data/request-upload')).toEqual({ path: 'sub/a.txt', size: 10 })
    expect(storage.seen).toEqual(['PATCH 0 4', 'PATCH 4 4', 'PATCH 8 2'])
    expect(String(storage.content)).toBe('0123456789')
    expect(progress).toEqual([4, 8, 10])
  })

  test('goes on where a broken connection has left it', async () => {
    storage.breaks.push(3, 0)
    await client.vfolders.upload('data', 'a.txt', content)
    expect(String(storage.content)).toBe('0123456789')
    expect(storage.seen).toEqual(['PATCH 0 10', 'HEAD 0', 'PATCH 3 7', 'HEAD 0', 'PATCH 3 7'])
  })

  test('an empty file sends nothing after its request', async () => {
    await client.vfolders.upload('data', 'empty', new Blob([]))
    expect(bodyOf('POST /folders/data/request-upload')).toEqual({ path: 'empty', size: 0 })
    expect(storage.seen).toEqual([])
  })

  test('gives up after the retries that were asked for', async () => {
    storage.breaks.push(0, 0, 0, 0)
    const error = await client.vfolders
      .upload('data', 'a', content, { maxRetries: 2 })
      .catch((e: unknown) => e)
    expect(String(error)).toContain('closed')
    expect(storage.seen.filter((line) => line.startsWith('PATCH'))).toHaveLength(3)
  })

  test('another address of the storage proxy', async () => {
    manager.on('POST /folders/data/request-upload', () =>
      json({ token: 'ticket', url: 'http://inside/files' }),
    )
    const addresses = { 'http://inside/files': storage.url }
    await client.vfolders.upload('data', 'a', content, { addresses })
    expect(String(storage.content)).toBe('0123456789')
  })
})

describe('download', () => {
  const read = async (options = {}): Promise<string> => {
    const { chunks } = await client.vfolders.download('data', 'a.txt', options)
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk)
    return Buffer.concat(parts).toString()
  }

  beforeEach(() => {
    storage.content = Buffer.from('0123456789')
  })

  test('comes whole', async () => {
    expect(await read()).toBe('0123456789')
    expect(storage.seen).toEqual(['GET'])
  })

  test('goes on where a broken connection has left it', async () => {
    const megabyte = 1024 * 1024
    storage.content = Buffer.alloc(3 * megabyte, 'some text of a prime length ')
    storage.breaks.push(megabyte, megabyte)
    expect(await read()).toBe(String(storage.content))
    expect(storage.seen).toHaveLength(3)
    const froms = storage.seen.slice(1).map((line) => Number(/bytes=(\d+)-$/.exec(line)?.[1]))
    expect(froms.every((from) => from > 0 && from <= 2 * megabyte)).toBe(true)
  })

  test('a file that changed meanwhile is an error, not a mixture', async () => {
    storage.content = Buffer.alloc(1024 * 1024)
    storage.breaks.push(512 * 1024)
    const { chunks } = await client.vfolders.download('data', 'a.txt')
    storage.lastModified = 'Sat, 21 Nov 2026 09:00:00 GMT'
    const reading = (async () => {
      for await (const _ of chunks);
    })()
    expect(String(await reading.catch((error: unknown) => error))).toContain('has changed')
  })

  test('a directory as an archive', async () => {
    await read({ archive: true })
    expect(bodyOf('POST /folders/data/request-download')).toEqual({ path: 'a.txt', archive: true })
  })
})

describe('sharing', () => {
  test('inviting, answering, sharing and leaving', async () => {
    manager.on('POST /folders/data/invite', () => json({ invited_ids: ['a@x'] }, 201))
    manager.on('GET /folders/invitations/list', () => json({ invitations: [{ id: 'i1' }] }))
    manager.on('POST /folders/invitations/accept', () => json({}))
    manager.on('DELETE /folders/invitations/delete', () => json({}))
    manager.on('POST /folders/data/share', () => json({ shared_emails: ['b@x'] }, 201))
    manager.on('DELETE /folders/data/unshare', () => json({ unshared_emails: ['b@x'] }))
    manager.on('POST /folders/data/leave', () => json({ msg: 'left' }))
    expect(await client.vfolders.invite('data', ['a@x'], 'ro')).toEqual(['a@x'])
    expect(await client.vfolders.invitations()).toMatchObject([{ id: 'i1' }])
    await client.vfolders.acceptInvitation('i1')
    await client.vfolders.deleteInvitation('i1')
    expect(await client.vfolders.share('data', ['b@x'])).toEqual(['b@x'])
    expect(await client.vfolders.unshare('data', ['b@x'])).toEqual(['b@x'])
    await client.vfolders.leave('data')
    expect(bodyOf('POST /folders/data/invite')).toEqual({ perm: 'ro', user_ids: ['a@x'] })
    expect(bodyOf('POST /folders/invitations/accept')).toEqual({ inv_id: 'i1' })
    expect(bodyOf('DELETE /folders/invitations/delete')).toEqual({ inv_id: 'i1' })
    expect(bodyOf('POST /folders/data/share')).toEqual({ permission: 'rw', emails: ['b@x'] })
    expect(bodyOf('DELETE /folders/data/unshare')).toEqual({ emails: ['b@x'] })
    expect(bodyOf('POST /folders/data/leave')).toEqual({ shared_user_uuid: null })
  })
})
