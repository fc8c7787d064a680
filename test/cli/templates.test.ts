import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli/program.ts'
import { eventStream, json, type ScriptedManager, startScriptedManager } from '../client/scripted-manager.ts'
import { type TestIoOptions, testIo } from './test-io.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const dates = { created_at: '2026-11-21T07:55:00Z', is_owner: true }
const TEMPLATES = [
  { id: 't1', name: 'one', type: 'task', user_email: 'a@x', ...dates },
  { id: 't2', name: 'twice', type: 'task', user_email: 'a@x', ...dates },
  { id: 't3', name: 'twice', type: 'task', group_name: 'team', ...dates },
]
let manager: ScriptedManager
let directory: string

beforeEach(async () => {
  manager = await startScriptedManager()
  directory = mkdtempSync(join(tmpdir(), 'cli-templates-'))
})
afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

async function cli(args: string[], options: TestIoOptions = {}) {
  const io = testIo({ endpoint: manager.endpoint, now: NOW, cwd: directory, ...options })
  return { code: await runCli(args, io), ...io.out }
}

const last = (route: string) => manager.requestsOf(route).at(-1)
const bodyOf = (route: string) => last(route)?.json()

describe('templates', () => {
  test.each(['sesstpl', 'session-template'])(
    '%s create, from a file and from standard input',
    async (word) => {
      manager.on('POST /template/session', () => json([{ id: 't1', user: 'u' }]))
      writeFileSync(join(directory, 't.yaml'), 'kind: taskTemplate\n')
      expect((await cli([word, 'create', '-f', 't.yaml', '-g', 'team'])).stdout).toBe('t1\n')
      expect(bodyOf('POST /template/session')).toEqual({
        payload: 'kind: taskTemplate\n',
        group_name: 'team',
        domain_name: 'default',
        owner_access_key: null,
      })
      await cli([word, 'create'], { input: ['a: 1'] })
      expect(bodyOf('POST /template/session')).toMatchObject({ payload: 'a: 1' })
      expect((await cli([word, 'create'])).code).toBe(2)
      expect((await cli([word, 'create', '-f', 'nowhere'])).code).toBe(2)
    },
  )

  test('list, get, update and delete', async () => {
    const item = { id: 't1', name: 'one', is_owner: true, type: 'user', created_at: '2026-11-21T07:55:00Z' }
    manager.on('GET /template/session', () => json([item]))
    manager.on('GET /template/session/t1', () => new Response('kind: taskTemplate'))
    manager.on('PUT /template/session/t1', () => json({ success: true }))
    manager.on('DELETE /template/session/t1', () => json({ success: true }))
    expect((await cli(['sesstpl', 'list', '-a'])).stdout).toMatch(/t1 +one +you +5 min ago/)
    expect(last('GET /template/session')?.query.get('all')).toBe('true')
    expect((await cli(['sesstpl', 'get', 'one', '-f', 'json'])).stdout).toBe('kind: taskTemplate\n')
    expect(last('GET /template/session/t1')?.query.get('format')).toBe('json')
    expect((await cli(['sesstpl', 'update', 't1', '-o', 'AK'], { input: ['b: 2'] })).code).toBe(0)
    expect(bodyOf('PUT /template/session/t1')).toMatchObject({ payload: 'b: 2', owner_access_key: 'AK' })
    const options = { isInputTTY: true, input: ['n'] }
    expect((await cli(['sesstpl', 'delete', 't1'], options)).code).toBe(1)
    expect((await cli(['sesstpl', 'delete', '-f', 't1'], options)).code).toBe(0)
  })
})

describe('a session by a template', () => {
  beforeEach(() => {
    manager.on('POST /session/_/create-from-template', () =>
      json({ sessionId: 's1', status: 'RUNNING' }, 201),
    )
    manager.on('GET /events/session', () => eventStream(['event: server_close\ndata: {}\n\n']))
    manager.on('GET /template/session', () => json(TEMPLATES))
  })
  const sent = () => bodyOf('POST /session/_/create-from-template')

  test('named by the name, as long as that is of one only', async () => {
    expect((await cli(['start-template', '-t', 'mine', 'one'])).code).toBe(0)
    expect(sent()).toMatchObject({ template_id: 't1' })
    const several = await cli(['start-template', 'twice'])
    expect([several.code, several.stderr]).toEqual([
      2,
      expect.stringContaining('2 templates are named "twice"'),
    ])
    expect(several.stderr).toContain('t2  a@x')
    expect(several.stderr).toContain('t3  team')
    const none = await cli(['start-template', 'onee'])
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('Did you mean: one?')])
  })

  test('an id is not looked up', async () => {
    const id = crypto.randomUUID()
    expect((await cli(['start-template', '-t', 'mine', id])).code).toBe(0)
    expect(sent()).toMatchObject({ template_id: id })
    expect(manager.requestsOf('GET /template/session')).toEqual([])
  })

  test.each(['start-template', 'start-from-template', 'create-from-template'])('%s', async (word) => {
    const result = await cli([word, '-t', 'mine', 't1'])
    expect([result.code, result.stdout]).toEqual([0, 's1\n'])
    expect(sent()).toEqual({
      template_id: 't1',
      name: 'mine',
      domain: 'default',
      group: 'default',
      reuseIfExists: true,
    })
  })

  test('flags replace what the template has, or leave it out', async () => {
    await cli([
      'start-template',
      '-t',
      'mine',
      '-r',
      'mem=256',
      '-e',
      'A=1',
      '-i',
      'python',
      '-v',
      'data=/d',
      't1',
    ])
    expect(sent()).toMatchObject({
      image: 'python',
      config: {
        mounts: ['data'],
        mount_map: { data: '/d' },
        environ: { A: '1' },
        resources: { mem: '256m' },
      },
    })
    await cli(['start-template', '-t', 'mine', '--no-mount', '--no-env', '--no-resource', 't1'])
    expect(sent()?.config).toEqual({ mounts: [], mount_map: {}, environ: {}, resources: {} })
  })

  test('folders of BACKEND_VFOLDER_MOUNTS come along', async () => {
    const credentials = testIo({ endpoint: manager.endpoint }).env as Record<string, string>
    const env = { ...credentials, BACKEND_VFOLDER_MOUNTS: 'one,two=/t' }
    await cli(['start-template', '-t', 'mine', 't1'], { env })
    expect(sent()?.config).toMatchObject({ mounts: ['one', 'two'], mount_map: { two: '/t' } })
  })
})

describe('dotfiles', () => {
  test('create, update and get', async () => {
    for (const method of ['POST', 'PATCH']) manager.on(`${method} /user-config/dotfiles`, () => json({}))
    manager.on('GET /user-config/dotfiles', () => json({ path: '.a', data: 'no newline', permission: '644' }))
    expect((await cli(['dotfile', 'create', '.a', '--perm', '644'], { input: ['text'] })).code).toBe(0)
    expect(bodyOf('POST /user-config/dotfiles')).toEqual({ path: '.a', data: 'text', permission: '644' })
    writeFileSync(join(directory, 'f'), 'more')
    expect((await cli(['dotfile', 'update', '.a', '-f', 'f'])).code).toBe(0)
    expect(bodyOf('PATCH /user-config/dotfiles')).toEqual({ path: '.a', data: 'more', permission: '755' })
    expect((await cli(['dotfile', 'get', '.a'])).stdout).toBe('no newline')
    expect((await cli(['dotfile', 'create', '.a', '--perm', 'rwx'], { input: ['x'] })).code).toBe(2)
    expect((await cli(['dotfile', 'create', '.a'])).code).toBe(2)
  })

  test('of a domain and of a project; list and delete', async () => {
    manager.on('GET /domain-config/dotfiles', () =>
      json([{ path: '.a', data: 'one\ntwo', permission: '755' }]),
    )
    manager.on('DELETE /group-config/dotfiles', () => json({ success: true }))
    expect((await cli(['dotfile', 'list', '-d', 'default'])).stdout).toMatch(/\.a +755 +7 B +one\n/)
    expect((await cli(['dotfile', 'delete', '-f', '-d', 'default', '-g', 'team', '.a'])).code).toBe(0)
    const query = Object.fromEntries(last('DELETE /group-config/dotfiles')?.query ?? [])
    expect(query).toEqual({ group: 'team', domain: 'default', path: '.a' })
  })
})

describe('records', () => {
  const node = (name: string, depends_on: unknown[] = []) => ({
    session_id: `id-${name}`,
    session_name: name,
    status: 'KernelStatus.RUNNING',
    status_changed: 'None',
    depends_on,
  })

  test('the graph of what a session waits for', async () => {
    const shared = node('base')
    const root = node('top', [node('left', [shared]), node('right', [shared])])
    manager.on('GET /session/top/dependency-graph', () => json(root))
    expect((await cli(['session', 'show-graph', 'top'])).stdout).toBe(
      [
        'top (RUNNING)',
        '├─ left (RUNNING)',
        '│  └─ base (RUNNING)',
        '└─ right (RUNNING)',
        '   └─ base (RUNNING)',
        '',
      ].join('\n'),
    )
    const table = (await cli(['session', 'show-graph', '-t', 'top'])).stdout.trimEnd().split('\n')
    expect(table).toHaveLength(5)
    expect(table[1]).toMatch(/top +id-top +RUNNING +left, right/)
  })

  test('status history, abuse and commit', async () => {
    manager.on('GET /session/s1/status-history', () => json({ result: { running: '2026-11-21T08:00:00Z' } }))
    manager.on('GET /session/s1/abusing-report', () => json({ kernel: 'k1', abuse_report: null }))
    manager.on('POST /session/s1/commit', () => json({ bgtask_id: 't1', kernel: 'k', path: 'p' }, 201))
    manager.on('GET /events/background-task', () =>
      eventStream(['event: bgtask_failed\ndata: {"message":"no space"}\n\n']),
    )
    expect((await cli(['session', 'status-history', 's1'])).stdout).toBe('running  2026-11-21T08:00:00Z\n')
    expect((await cli(['session', 'abuse-history', 's1'])).stdout).toContain('abuse_report  none')
    const failed = await cli(['session', 'commit', 's1'])
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('The commit failed: no space')])
    expect((await cli(['session', 'commit', '--no-follow', 's1'])).code).toBe(0)
  })

  test('logs of tasks and of the server', async () => {
    manager.on('GET /session/_/logs', () => new Response('out\n'))
    const id = '11111111-2222-3333-4444-555555555555'
    expect((await cli(['task-logs', id])).stdout).toBe('out\n')
    const log = {
      log_id: 'l1',
      created_at: 1_700_000_000,
      severity: 'error',
      source: 'web',
      message: 'broke',
      request_url: '/x',
      request_status: 500,
      traceback: 'line 1\nline 2',
    }
    manager.on('GET /logs/error', () => json({ logs: [log], count: 21 }))
    const result = await cli(['server-logs', 'list', '--mark-read', '-l', '20', '-n', '2'])
    expect(result.stdout).toBe(
      '2023-11-14T22:13:20.000Z ERROR web (l1)\n  broke\n  500 /x\n  line 1\n  line 2\n',
    )
    expect(result.stderr).toContain('Page 2 of 2; 21 in all.')
    expect(last('GET /logs/error')?.query.get('mark_read')).toBe('true')
  })

  test('a background task to its end', async () => {
    manager.on('GET /events/background-task', () =>
      eventStream(['event: bgtask_done\ndata: {"message":"scanned"}\n\n']),
    )
    const result = await cli(['task', 'watch', 't1', '--json'])
    expect(JSON.parse(result.stdout)).toMatchObject({ task_id: 't1', status: 'done', message: 'scanned' })
  })
})
