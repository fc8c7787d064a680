import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli/program.ts'
import { answerGraphQl } from '../client/answer-graphql.ts'
import {
  eventStream,
  json,
  problem,
  type ScriptedManager,
  startScriptedManager,
} from '../client/scripted-manager.ts'
import { type StorageServer, startStorageServer } from '../client/storage-server.ts'
import { type TestIoOptions, testIo } from './test-io.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
let manager: ScriptedManager
let storage: StorageServer
let directory: string

beforeEach(async () => {
  manager = await startScriptedManager()
  storage = await startStorageServer()
  directory = mkdtempSync(join(tmpdir(), 'cli-folders-'))
  for (const action of ['upload', 'download']) {
    manager.on(`POST /folders/data/request-${action}`, () => json({ token: 'ticket', url: storage.url }))
  }
})
afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  await storage[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

async function cli(args: string[], options: TestIoOptions = {}) {
  const io = testIo({ endpoint: manager.endpoint, now: NOW, cwd: directory, ...options })
  return { code: await runCli(['vfolder', ...args], io), ...io.out }
}

const bodyOf = (route: string) => manager.requestsOf(route).at(-1)?.json()
const folder = (fields: object = {}) => ({
  id: 'f1',
  name: 'data',
  host: 'local:volume1',
  status: 'ready',
  is_owner: true,
  permission: 'rw',
  usage_mode: 'general',
  type: 'user',
  user: 'me@x',
  group: null,
  cloneable: true,
  numFiles: 3,
  used_bytes: 2048,
  ...fields,
})

describe('lists', () => {
  const item = { name: 'data', host: 'local:volume1', permission: 'rw', created_at: '2026-11-21T07:55:00Z' }

  beforeEach(() => {
    manager.on('POST /admin/gql', (request) => {
      const root = /\b(vfolder_\w*list)\b/.exec(String(request.json().query))?.[1] ?? ''
      return json({ data: { [root]: { items: [item], total_count: 3 } } })
    })
  })

  test('a narrow terminal takes from names and creators, never from the host', async () => {
    Object.assign(item, { name: 'n'.repeat(60), creator: `${'c'.repeat(40)}@x`, status: 'delete-complete' })
    const { stdout } = await cli(['list'], { isTTY: true, columns: 80 })
    expect(stdout).toContain('  local:volume1  ')
    expect(stdout).toContain('…')
  })

  test('list shows a table and how many are left', async () => {
    const result = await cli(['list', '--limit', '1', '--order', '-name'])
    expect(result.code).toBe(0)
    expect(result.stdout).toContain('5 min ago')
    expect(result.stderr).toContain('2 more')
    expect(bodyOf('POST /admin/gql')?.variables).toMatchObject({ order: '-name', limit: 1 })
  })

  test.each([
    ['list-own', 'vfolder_own_list'],
    ['list-invited', 'vfolder_invited_list'],
    ['list-project', 'vfolder_project_list'],
  ])('%s asks for %s', async (command, root) => {
    const result = await cli([command, '--limit', '1', '--json'])
    expect(JSON.parse(result.stdout)).toEqual({ items: [item], total_count: 3 })
    expect(String(bodyOf('POST /admin/gql')?.query)).toContain(`{ ${root}(`)
  })

  test('--watch prints again when something has changed', async () => {
    let asked = 0
    manager.on('POST /admin/gql', () => {
      asked += 1
      const items = asked < 3 ? [item] : [item, { ...item, name: 'more' }]
      return json({ data: { vfolder_list: { items, total_count: items.length } } })
    })
    const result = await cli(['list', '--watch', '--json'], {
      onWrite: (io) => {
        if (io.out.stdout.split('\n').length === 3) io.interrupt()
      },
    })
    expect(result.code).toBe(130)
    expect(
      result.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).total_count),
    ).toEqual([1, 2])
  })

  test('hosts and types', async () => {
    manager.on('GET /folders/_/hosts', () =>
      json({ default: 'a:v', allowed: ['a:v', 'b:v'], volume_info: { 'a:v': { backend: 'vfs' } } }),
    )
    manager.on('GET /folders/_/allowed-types', () => json(['user', 'group']))
    expect((await cli(['list-hosts'])).stdout).toMatch(/a:v +vfs +default\nb:v/)
    expect((await cli(['list-allowed-types'])).stdout).toBe('user\ngroup\n')
  })
})

describe('life', () => {
  test('create on the default host, on a named one, and of what is there already', async () => {
    manager.on('POST /folders', () => json(folder(), 201))
    expect((await cli(['create', 'data'])).code).toBe(0)
    expect(bodyOf('POST /folders')).toMatchObject({ name: 'data', host: null, unmanaged_path: null })
    await cli([
      'create',
      '-g',
      'team',
      '-m',
      'model',
      '-p',
      'ro',
      '-q',
      '10g',
      '--allow-clone',
      'data',
      'a:v',
    ])
    expect(bodyOf('POST /folders')).toMatchObject({
      host: 'a:v',
      group: 'team',
      usage_mode: 'model',
      permission: 'ro',
      quota: '10g',
      cloneable: true,
    })
    await cli(['create', '--unmanaged', 'data', '/mnt/x'])
    expect(bodyOf('POST /folders')).toMatchObject({ host: null, unmanaged_path: '/mnt/x' })
    expect((await cli(['create', '--unmanaged', 'data'])).code).toBe(2)
  })

  test('info', async () => {
    const asStored = { id: '0123456789abcdef0123456789abcdef', user: 'u-1', user_email: 'me@x' }
    manager.on('GET /folders/data', () => json(folder(asStored)))
    const result = await cli(['info', 'data'])
    expect(result.stdout).toContain('Id          01234567-89ab-cdef-0123-456789abcdef\n')
    expect(result.stdout).toContain('Owner       me@x (you)')
    expect(result.stdout).toContain('2 KiB')
    expect(JSON.parse((await cli(['info', 'data', '--json'])).stdout)).toEqual(folder(asStored))
  })

  test('an unknown folder: names that are close', async () => {
    manager.on('GET /folders/dta', () => problem(404, 'object-not-found', 'No such virtual folder.'))
    manager.on('GET /folders', () => json([{ name: 'data' }, { name: 'other' }]))
    const result = await cli(['info', 'dta'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('There is no folder "dta".\n  Did you mean: data?')
  })

  test('delete asks on a terminal', async () => {
    manager.on('DELETE /folders/data', () => new Response(null, { status: 204 }))
    const refused = await cli(['delete', 'data'], { isInputTTY: true, input: ['n'] })
    expect([refused.code, manager.requestsOf('DELETE /folders/data').length]).toEqual([1, 0])
    expect((await cli(['delete', 'data', '-y'], { isInputTTY: true })).code).toBe(0)
    expect((await cli(['delete', 'data'])).code).toBe(0)
  })

  test('what is there, but not yours, is not called unknown', async () => {
    manager.on('DELETE /folders/data', () => problem(404, 'object-not-found', 'No such virtual folder.'))
    manager.on('GET /folders', () => json([{ name: 'data' }]))
    const result = await cli(['delete', 'data'])
    expect(result.stderr).toBe('✘ The folder "data" is not yours to do this with.\n')
  })

  test('restore and purge find a deleted folder by its name', async () => {
    const inTrash = [{ id: 'f1', created_at: '2026-11-21T07:55:00Z' }]
    answerGraphQl(manager, { vfolder_list: () => ({ items: inTrash, total_count: inTrash.length }) })
    for (const action of ['restore', 'delete'])
      manager.on(`POST /folders/${action}-from-trash-bin`, () => new Response(null, { status: 204 }))
    expect((await cli(['restore', 'data'])).code).toBe(0)
    expect(bodyOf('POST /folders/restore-from-trash-bin')).toEqual({ id: 'f1' })
    const refused = await cli(['purge', 'data'], { isInputTTY: true, input: ['n'] })
    expect([refused.code, manager.requestsOf('POST /folders/delete-from-trash-bin').length]).toEqual([1, 0])
    expect((await cli(['purge', 'data'])).code).toBe(0)
    expect(bodyOf('POST /folders/delete-from-trash-bin')).toEqual({ id: 'f1' })

    inTrash.push({ id: 'f2', created_at: '2026-11-20T07:55:00Z' })
    expect((await cli(['restore', 'data'])).stderr).toContain('f2  made 2026-11-20T07:55:00Z')
    inTrash.splice(0)
    expect((await cli(['restore', 'data'])).stderr).toContain('There is no folder "data" in the trash.')
  })

  test('rename and options', async () => {
    manager.on('POST /folders/data/rename', () => new Response(null, { status: 201 }))
    manager.on('POST /folders/data/update-options', () => new Response(null, { status: 201 }))
    expect((await cli(['rename', 'data', 'new'])).code).toBe(0)
    expect((await cli(['update-options', 'data', '--set-cloneable', 'no'])).code).toBe(0)
    expect(bodyOf('POST /folders/data/update-options')).toEqual({ cloneable: false, permission: null })
    expect((await cli(['update-options', 'data'])).code).toBe(2)
    expect((await cli(['update-options', 'data', '--set-cloneable', 'perhaps'])).code).toBe(2)
  })

  test('clone follows its task', async () => {
    manager.on('GET /folders/data', () => json(folder()))
    manager.on('POST /folders/data/clone', () => json({ bgtask_id: 't1' }, 201))
    manager.on('GET /events/background-task', () =>
      eventStream([
        'event: bgtask_updated\ndata: {"message":"copying","current_progress":1,"total_progress":2}\n\n',
        'event: bgtask_done\ndata: {"message":"copied"}\n\n',
        'event: server_close\ndata: {}\n\n',
      ]),
    )
    const result = await cli(['clone', 'data', 'copy', 'a:v'])
    expect(result.stderr).toContain('copying (1 of 2)')
    expect(result.stderr).toContain('✔ copied')
  })

  test('what may not be cloned is said before it is tried', async () => {
    manager.on('GET /folders/data', () => json(folder({ cloneable: false })))
    const result = await cli(['clone', 'data', 'copy'])
    expect([result.code, manager.requestsOf('POST /folders/data/clone').length]).toEqual([1, 0])
    expect(result.stderr).toContain('--set-cloneable yes')
  })
})

describe('files inside', () => {
  test('ls', async () => {
    const file = { name: 'a.csv', type: 'FILE', size: 2048, mode: '644', modified: '2026-11-21T07:55:00Z' }
    manager.on('GET /folders/data/files', () =>
      json({ items: [file, { ...file, name: 'sub', type: 'DIRECTORY' }] }),
    )
    const result = await cli(['ls', 'data'])
    expect(result.stdout).toMatch(/644 +2 KiB +5 min ago +a\.csv\n644 +5 min ago +sub\//)
  })

  test('mkdir, mv, rename-file and rm', async () => {
    manager.on('POST /folders/data/mkdir', () => new Response(null, { status: 201 }))
    manager.on('POST /folders/data/move-file', () => json({}))
    manager.on('POST /folders/data/rename-file', () => json({}))
    manager.on('DELETE /folders/data/delete-files', () => json({}))
    expect((await cli(['mkdir', '-p', '-e', 'data', 'x/y'])).code).toBe(0)
    expect((await cli(['mv', 'data', 'a', 'b'])).code).toBe(0)
    expect((await cli(['rename-file', 'data', 'a', 'b'])).code).toBe(0)
    expect((await cli(['rm', '-r', 'data', 'a', 'b'])).code).toBe(0)
    expect((await cli(['delete-file', 'data', 'c'])).code).toBe(0)
    expect(bodyOf('POST /folders/data/mkdir')).toEqual({ path: 'x/y', parents: true, exist_ok: true })
    expect(bodyOf('POST /folders/data/move-file')).toEqual({ src: 'a', dst: 'b' })
    expect(bodyOf('POST /folders/data/rename-file')).toEqual({ target_path: 'a', new_name: 'b' })
    const removed = manager.requestsOf('DELETE /folders/data/delete-files').map((request) => request.json())
    expect(removed).toEqual([
      { files: ['a', 'b'], recursive: true },
      { files: ['c'], recursive: false },
    ])
  })
})

describe('transfers', () => {
  test('upload keeps paths below the base directory; directories need -r', async () => {
    mkdirSync(join(directory, 'src/sub'), { recursive: true })
    writeFileSync(join(directory, 'src/sub/a.txt'), '0123456789')
    const result = await cli(['upload', '-r', '-b', 'src', '--chunk-size', '4', 'data', 'src'])
    expect(result.code).toBe(0)
    expect(bodyOf('POST /folders/data/request-upload')).toEqual({ path: 'sub/a.txt', size: 10 })
    expect(storage.seen).toEqual(['PATCH 0 4', 'PATCH 4 4', 'PATCH 8 2'])
    storage.content = Buffer.alloc(0)
    expect(result.stderr).toBe('∙ sub/a.txt\n✔ Uploaded 1 file into data.\n')
    const seen = await cli(['upload', '-r', '-b', 'src', 'data', 'src'], { isTTY: true })
    expect(seen.stderr).toContain('sub/a.txt: 10 B of 10 B')
    expect((await cli(['upload', 'data', 'src'])).code).toBe(2)
    expect((await cli(['upload', '-b', 'src/sub', 'data', 'nowhere'])).code).toBe(2)
    expect((await cli(['upload', '--chunk-size', 'big', 'data', 'src'])).code).toBe(2)
  })

  test('download replaces a file only when the new one is whole', async () => {
    writeFileSync(join(directory, 'a.txt'), 'old')
    storage.content = Buffer.alloc(1024 * 1024, 'new')
    storage.breaks.push(1000)
    const failed = await cli(['download', '--max-retries', '0', 'data', 'a.txt'])
    expect(failed.code).not.toBe(0)
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('old')
    expect(readdirSync(directory)).toEqual(['a.txt'])
    expect((await cli(['download', 'data', 'a.txt'])).code).toBe(0)
    expect(Buffer.compare(readFileSync(join(directory, 'a.txt')), storage.content)).toBe(0)
  })

  test('download of a directory with -r', async () => {
    manager.on('GET /folders/data/files', ({ query }) => {
      const entry = (name: string, type: string) => ({ name, type, size: 3, mode: '644', modified: null })
      const items = {
        '.': [entry('sub', 'DIRECTORY')],
        sub: [entry('a', 'FILE'), entry('deep', 'DIRECTORY'), entry('link', 'SYMBOLIC_LINK')],
        'sub/deep': [entry('b', 'FILE')],
      }[query.get('path') ?? '.']
      return json({ items: items ?? [] })
    })
    storage.content = Buffer.from('abc')
    const result = await cli(['download', '-r', '-b', 'out', 'data', 'sub/', '--json'])
    const out = join(directory, 'out/sub')
    expect(JSON.parse(result.stdout)).toEqual({
      folder: 'data',
      files: [
        { path: join(out, 'a'), size: 3 },
        { path: join(out, 'deep/b'), size: 3 },
      ],
    })
    expect(readFileSync(join(out, 'deep/b'), 'utf8')).toBe('abc')
  })

  test('download of a directory without -r tells of -r', async () => {
    manager.on('POST /folders/data/request-download', () =>
      problem(400, 'storage/wrong-type', 'Not the right type of file.'),
    )
    for (const path of ['sub', '.']) {
      const result = await cli(['download', 'data', path])
      expect([path, result.code, result.stderr]).toEqual([path, 2, expect.stringContaining('-r copies')])
      expect(result.stderr).toContain(`${path} is a directory.`)
    }
  })

  test('no path of a folder leads out of the local directory', async () => {
    expect((await cli(['download', 'data', '../../etc/passwd'])).code).toBe(2)
    expect(storage.seen).toEqual([])
  })

  test('cp copies both ways', async () => {
    writeFileSync(join(directory, 'a.txt'), 'hello')
    expect((await cli(['cp', 'a.txt', 'data:sets/'])).code).toBe(0)
    expect(bodyOf('POST /folders/data/request-upload')).toEqual({ path: 'sets/a.txt', size: 5 })
    expect((await cli(['cp', 'data:a.txt', 'b.txt'])).code).toBe(0)
    expect(readFileSync(join(directory, 'b.txt'), 'utf8')).toBe('hello')
    expect((await cli(['cp', 'data:a', 'data:b'])).code).toBe(2)
    expect((await cli(['cp', 'a.txt', 'b.txt'])).code).toBe(2)
  })

  test('an address to fetch from, through another storage proxy', async () => {
    const result = await cli(['request-download', 'data', 'a.txt'])
    expect(result.stdout).toBe(`${storage.url}?token=ticket\n`)
    manager.on('POST /folders/data/request-download', () => json({ token: 'ticket', url: 'http://inside/d' }))
    storage.content = Buffer.from('x')
    const override = `--override-storage-proxy=http://inside/d=${storage.url}`
    expect((await cli(['download', override, 'data', 'a.txt'])).code).toBe(0)
  })
})

describe('sharing', () => {
  test('invite, share and unshare', async () => {
    manager.on('POST /folders/data/invite', () => json({ invited_ids: ['a@x'] }, 201))
    manager.on('POST /folders/data/share', () => json({ shared_emails: ['a@x'] }, 201))
    manager.on('DELETE /folders/data/unshare', () => json({ unshared_emails: ['a@x'] }))
    expect((await cli(['invite', 'data', 'a@x', 'b@x', '-p', 'ro'])).stderr).toContain('Invited: a@x.')
    expect(bodyOf('POST /folders/data/invite')).toEqual({ perm: 'ro', user_ids: ['a@x', 'b@x'] })
    expect((await cli(['share', 'data', 'a@x'])).code).toBe(0)
    expect((await cli(['unshare', 'data', 'a@x'])).code).toBe(0)
    manager.on('POST /folders/data/invite', () => json({ invited_ids: [] }, 201))
    expect((await cli(['invite', 'data', 'a@x'])).code).toBe(1)
  })

  test('invitations are listed, and answered on a terminal', async () => {
    const invitation = { id: 'i1', inviter: 'a@x', vfolder_id: 'f1', vfolder_name: 'theirs', perm: 'ro' }
    manager.on('GET /folders/invitations/list', () => json({ invitations: [invitation] }))
    manager.on('POST /folders/invitations/accept', () => json({}))
    manager.on('DELETE /folders/invitations/delete', () => json({}))
    expect((await cli(['invitations'])).stdout).toMatch(/1 +theirs +a@x +ro +i1/)
    expect(manager.requestsOf('POST /folders/invitations/accept')).toEqual([])
    await cli(['invitations'], { isInputTTY: true, input: ['1', 'a'] })
    expect(bodyOf('POST /folders/invitations/accept')).toEqual({ inv_id: 'i1' })
    await cli(['invitations', '--refuse', 'i1'])
    expect(bodyOf('DELETE /folders/invitations/delete')).toEqual({ inv_id: 'i1' })
  })

  test.each([
    [{ type: 'group', is_owner: false }, 1],
    [{ is_owner: true }, 1],
    [{ is_owner: false }, 0],
  ])('leaving %j ends with %d', async (fields, code) => {
    manager.on('GET /folders/data', () => json(folder(fields)))
    manager.on('POST /folders/data/leave', () => json({ msg: 'left' }))
    expect((await cli(['leave', 'data'])).code).toBe(code)
    expect(manager.requestsOf('POST /folders/data/leave')).toHaveLength(1 - code)
  })
})
