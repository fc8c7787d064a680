import { afterAll, beforeAll, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { verifyJwt } from '../../src/lib/jwt.ts'
import { tempDirectory } from '../harness/temp.ts'
import { startTestStorage, type TestStorage } from './test-storage.ts'

const VFID = 'user:5f1d7d3c-6a53-4c0d-9c55-0d3a0a5ad9a1/0123456789abcdef0123456789abcdef'
const folder = { volume: 'volume1', vfid: VFID }

let storage: TestStorage
/** Where the folder is. */
let root: string

/** With a JSON body on any method, as managers send it. */
function ask(method: string, path: string, body?: unknown, token = 'right') {
  const { hostname, port } = new URL(storage.managerUrl)
  const text = body === undefined ? '' : JSON.stringify(body)
  return new Promise<{ status: number; json: Record<string, unknown>; text: string }>((resolve, reject) => {
    const headers = { 'X-BackendAI-Storage-Auth-Token': token, 'content-length': Buffer.byteLength(text) }
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (incoming) => {
      let got = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        got += chunk
      })
      incoming.on('end', () => {
        const isJson = /json/.test(incoming.headers['content-type'] ?? '')
        resolve({ status: incoming.statusCode ?? 0, text: got, json: isJson ? JSON.parse(got) : {} })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}
const client = (path: string, init: RequestInit = {}) => fetch(storage.clientUrl + path, init)
const tokenFor = async (path: string, body: object): Promise<string> =>
  String((await ask('POST', path, { ...folder, ...body })).json.token)

beforeAll(async () => {
  storage = await startTestStorage()
  expect((await ask('POST', '/folder/create', folder)).status).toBe(204)
  root = String((await ask('GET', '/folder/mount', folder)).json.path)
})
afterAll(() => storage[Symbol.asyncDispose]())

test('shows its state to everybody, the rest to managers with the secret', async () => {
  expect(await (await client('/')).json()).toEqual({
    status: 'ok',
    type: 'client-facing',
    'storage-proxy': '1.2.3',
  })
  expect((await ask('GET', '/status', undefined, 'none')).json).toMatchObject({ type: 'manager-facing' })
  expect((await ask('GET', '/volumes', undefined, 'wrong')).status).toBe(403)
  expect((await ask('GET', '/volumes')).json).toEqual({
    volumes: [
      { name: 'volume1', backend: 'vfs', path: storage.path, fsprefix: '.', capabilities: ['vfolder'] },
    ],
  })
  expect((await ask('GET', '/volume/hwinfo?volume=volume1')).json).toMatchObject({ status: 'healthy' })
  const usage = (await ask('GET', '/folder/fs-usage', { volume: 'volume1' })).json
  expect(Number(usage.capacity_bytes)).toBeGreaterThan(Number(usage.used_bytes))
  const { metric } = (await ask('GET', '/volume/performance-metric', { volume: 'volume1' })).json
  expect(metric).toMatchObject({ iops_read: expect.any(Number), io_bytes_write: expect.any(Number) })
  expect((await ask('GET', '/volume/hwinfo', { volume: 'other' })).status).toBe(404)
})

test('refuses what is malformed, and says what is wrong', async () => {
  const wrong = await ask('POST', '/folder/create', { volume: 'volume1', vfid: '../..' })
  expect([wrong.status, wrong.json]).toEqual([
    400,
    {
      type: 'https://api.backend.ai/probs/storage/invalid-api-params',
      title: 'Missing or invalid API parameters.',
      msg: 'Input validation error',
      error_code: 'invalid-api-params',
      data: { vfid: 'expected <quota scope>/<folder id>' },
    },
  ])
  expect((await ask('GET', '/volume/quota', { volume: 'volume1' })).json.error_code).toBe('unsupported')
  expect((await ask('GET', '/nothing')).status).toBe(404)
})

test('quota scopes', async () => {
  const scope = { volume: 'volume1', qsid: 'project:22222222-2222-4222-8222-222222222222' }
  expect((await ask('GET', '/quota-scope', scope)).status).toBe(404)
  expect((await ask('POST', '/quota-scope', { ...scope, options: { limit_bytes: 10 } })).status).toBe(204)
  expect((await ask('POST', '/quota-scope', scope)).status).toBe(409)
  expect((await ask('PATCH', '/quota-scope', { ...scope, options: { limit_bytes: 20 } })).status).toBe(204)
  expect((await ask('GET', '/quota-scope', scope)).json).toEqual({ used_bytes: null, limit_bytes: null })
  expect((await ask('DELETE', '/quota-scope/quota', scope)).status).toBe(204)
})

test('files of a folder', async () => {
  const mkdir = (relpath: string | string[], more = {}) =>
    ask('POST', '/folder/file/mkdir', { ...folder, relpath, ...more })
  expect((await mkdir(['a/b', 'c'])).json).toEqual({
    results: {
      success: [
        { msg: null, item: 'a/b' },
        { msg: null, item: 'c' },
      ],
      failed: [],
    },
  })
  expect((await mkdir(['c', 'd'])).status).toBe(207)
  expect((await mkdir('../x')).status).toBe(422)
  writeFileSync(join(root, 'a/file'), 'content')
  const listed = await ask('POST', '/folder/file/list', { ...folder, relpath: 'a' })
  expect(listed.json.items).toMatchObject([
    { name: 'b', type: 'DIRECTORY' },
    { name: 'file', type: 'FILE', stat: { size: 7, modified: expect.any(String) }, symlink_target: '' },
  ])
  const file = { ...folder, relpath: 'a/file' }
  expect((await ask('POST', '/folder/file/rename', { ...file, new_name: 'f' })).status).toBe(204)
  const move = { ...folder, src_relpath: 'a/f', dst_relpath: 'a/b' }
  expect((await ask('POST', '/folder/file/move', move)).status).toBe(204)
  expect((await ask('POST', '/folder/file/fetch', { ...folder, relpath: 'a/b/f' })).text).toBe('content')
  expect((await ask('POST', '/folder/file/fetch', { ...folder, relpath: 'none' })).status).toBe(404)
  expect((await ask('GET', '/folder/usage', folder)).json).toEqual({ file_count: 1, used_bytes: 7 })
  expect((await ask('GET', '/folder/used-bytes', folder)).json).toEqual({ used_bytes: 7 })
  const remove = (recursive: boolean) =>
    ask('POST', '/folder/file/delete', { ...folder, relpaths: ['a', 'c'], recursive })
  expect((await remove(false)).json.error_code).toBe('wrong-type')
  expect((await remove(true)).json).toEqual({ status: 'ok' })
  expect((await ask('GET', '/folder/mount', { ...folder, subpath: 'a' })).status).toBe(404)
})

test('a folder is cloned, and removed', async () => {
  const other = { volume: 'volume1', vfid: VFID.replace(/0123/, 'ffff') }
  writeFileSync(join(root, 'kept'), 'text')
  const clone = { src_volume: 'volume1', src_vfid: VFID, dst_volume: 'volume1', dst_vfid: other.vfid }
  expect((await ask('POST', '/folder/clone', { ...clone, dst_volume: 'volume2' })).status).toBe(400)
  expect((await ask('POST', '/folder/clone', clone)).status).toBe(204)
  expect((await ask('POST', '/folder/file/fetch', { ...other, relpath: 'kept' })).text).toBe('text')
  expect((await ask('POST', '/folder/delete', other)).status).toBe(204)
  expect((await ask('GET', '/folder/mount', other)).status).toBe(404)
})

test('an upload comes in pieces', async () => {
  const token = await tokenFor('/folder/file/upload', { relpath: 'up/load', size: 11 })
  expect(verifyJwt(token, 'tokens', Date.now())).toMatchObject({ op: 'upload', vfid: VFID, size: 11 })
  const piece = (offset: number, body: string, target = `/upload?token=${token}`) =>
    client(target, { method: 'PATCH', body, headers: { 'upload-offset': String(offset) } })
  const first = await piece(0, 'hello ')
  expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '6'])
  expect((await piece(0, 'hello ')).status).toBe(409)
  const state = await client(`/upload?token=${token}`, { method: 'HEAD' })
  expect(state.headers.get('upload-offset')).toBe('6')
  expect(state.headers.get('upload-length')).toBe('11')
  expect(state.headers.get('tus-resumable')).toBe('1.0.0')
  expect((await piece(6, 'world')).headers.get('upload-offset')).toBe('11')
  expect(readFileSync(join(root, 'up/load'), 'utf8')).toBe('hello world')
  const again = await piece(11, '')
  expect([again.status, await again.json()]).toMatchObject([404, { error_code: 'no-such-upload-session' }])

  const model = await tokenFor('/folder/file/upload', { relpath: 'm', size: 1 })
  expect((await piece(0, 'x', `/upload?token=${model}&dst_dir=versions/1`)).status).toBe(204)
  expect(readFileSync(join(root, 'versions/1/m'), 'utf8')).toBe('x')
  const out = await tokenFor('/folder/file/upload', { relpath: 'm', size: 1 })
  expect((await piece(0, 'x', `/upload?token=${out}&dst_dir=../..`)).status).toBe(400)

  await tokenFor('/folder/file/upload', { relpath: 'empty', size: 0 })
  expect(readFileSync(join(root, 'empty'), 'utf8')).toBe('')
  const tooBig = { ...folder, relpath: 'x', size: 2000 }
  expect((await ask('POST', '/folder/file/upload', tooBig)).status).toBe(406)
  const options = await client('/upload', { method: 'OPTIONS' })
  expect([options.headers.get('tus-max-size'), options.headers.get('access-control-allow-origin')]).toEqual([
    '1000',
    '*',
  ])
})

test('a download may be of a part', async () => {
  writeFileSync(join(root, 'größe.bin'), '0123456789')
  const url = `/download?token=${await tokenFor('/folder/file/download', { relpath: 'größe.bin' })}`
  const all = await client(url)
  expect([all.status, all.headers.get('content-length'), await all.text()]).toEqual([200, '10', '0123456789'])
  expect(all.headers.get('content-disposition')).toBe(
    `attachment; filename="gr__e.bin"; filename*=UTF-8''gr%C3%B6%C3%9Fe.bin`,
  )
  const modified = all.headers.get('last-modified') ?? ''
  const part = async (headers: Record<string, string>) => {
    const answer = await client(url, { headers })
    return [answer.status, await answer.text(), answer.headers.get('content-range')]
  }
  expect(await part({ range: 'bytes=4-', 'if-range': modified })).toEqual([206, '456789', 'bytes 4-9/10'])
  expect(await part({ range: 'bytes=2-4' })).toEqual([206, '234', 'bytes 2-4/10'])
  expect(await part({ range: 'bytes=-3' })).toEqual([206, '789', 'bytes 7-9/10'])
  expect(await part({ range: 'bytes=4-', 'if-range': 'yesterday' })).toEqual([200, '0123456789', null])
  expect(await part({ range: 'bytes=10-' })).toEqual([416, '', 'bytes */10'])
  const head = await client(url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
  expect((await client(`${url}&dst_dir=nowhere`)).status).toBe(404)
})

test('a directory comes as an archive, where that is asked for', async () => {
  const deep = { ...folder, relpath: ['tree/empty', 'tree/größe'] }
  expect((await ask('POST', '/folder/file/mkdir', deep)).status).toBe(200)
  const text = 'many words '.repeat(100_000)
  writeFileSync(join(root, 'tree/größe/words'), text)
  writeFileSync(join(root, 'tree/nothing'), '')
  symlinkSync('/etc/passwd', join(root, 'tree/link'))
  const token = await tokenFor('/folder/file/download', { relpath: 'tree', archive: true })
  const answer = await client(`/download?token=${token}`)
  expect(answer.headers.get('content-type')).toBe('application/zip')
  expect(answer.headers.get('content-disposition')).toContain('filename="tree.zip"')
  const bytes = await answer.bytes()
  expect(bytes.length).toBeLessThan(text.length / 10)
  using directory = tempDirectory('zip')
  writeFileSync(directory.at('tree.zip'), bytes)
  const listed =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2]); print(sorted(z.namelist()))'
  const unpacked = execFileSync('python3', ['-c', listed, directory.at('tree.zip'), directory.at('out')])
  expect(unpacked.toString().trim()).toBe(
    "['tree/empty/', 'tree/größe/', 'tree/größe/words', 'tree/nothing']",
  )
  expect(readFileSync(directory.at('out/tree/größe/words'), 'utf8')).toBe(text)

  const plain = await tokenFor('/folder/file/download', { relpath: 'tree' })
  expect((await client(`/download?token=${plain}`)).status).toBe(400)
  expect((await client(`/download?token=${plain}&archive=true`)).status).toBe(200)
})

test('a token is for its purpose, its folder and its time only', async () => {
  const down = await tokenFor('/folder/file/download', { relpath: 'kept' })
  expect((await client(`/upload?token=${down}`, { method: 'PATCH', body: 'x' })).status).toBe(400)
  expect((await client('/download')).status).toBe(400)
  expect((await client(`/download?token=${down}x`)).status).toBe(400)
  expect((await client(`/download?token=${down}&dst_dir=../../..`)).status).toBe(400)
  symlinkSync('/etc/passwd', join(root, 'link'))
  const link = await tokenFor('/folder/file/download', { relpath: 'link' })
  expect((await client(`/download?token=${link}`)).status).toBe(400)
  storage.clock.offset = 3_601_000
  expect((await client(`/download?token=${down}`)).status).toBe(400)
  storage.clock.offset = 0
  expect((await client(`/download?token=${down}`)).status).toBe(200)
})

test('a volume that is gone is told of', async () => {
  rmSync(storage.path, { recursive: true })
  expect((await ask('GET', '/volume/hwinfo', { volume: 'volume1' })).json).toMatchObject({
    status: 'unavailable',
  })
})
