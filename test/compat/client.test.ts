/** The official client, unchanged, against the product in both shapes. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BackendName, type Shape, type ShapeName, startShape } from '../harness/shapes.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import {
  type ClientOptions,
  type ClientResult,
  type OfficialClient,
  officialClient,
  plain,
} from './official-client.ts'

const SHAPES: [ShapeName, BackendName][] = [
  ['up', 'process'],
  ['cluster', 'docker'],
]
/** Room for a build and an image. */
const START_MS = 240_000

describe.each(SHAPES)('%s with %s', (name, backend) => {
  let shape: Shape
  let home: TempDirectory
  let client: OfficialClient

  beforeAll(async () => {
    home = tempDirectory('client')
    shape = await startShape(name, { backend })
    client = officialClient(shape, home.at('user'), 'api')
  }, START_MS)

  afterAll(async () => {
    await shape[Symbol.asyncDispose]()
    home[Symbol.dispose]()
  }, START_MS)

  const succeed = async (args: string[], options: ClientOptions): Promise<ClientResult> => {
    const result = await client.run(args, options)
    if (result.code === 0) return result
    throw new Error(`${args.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}`)
  }

  /** Runs a command that must succeed; gives its output without colours, then its messages. */
  const ok = async (args: string[], options: ClientOptions = {}): Promise<string> => {
    const { stdout, stderr } = await succeed(args, options)
    return plain(`${stdout}${stderr}`)
  }

  /** `--output=json`: the items of a list, or the one item. */
  const items = async (args: string[]): Promise<Record<string, unknown>[]> => {
    const answer = JSON.parse((await succeed(['--output=json', ...args], {})).stdout)
    expect(answer).toMatchObject({ count: answer.items.length })
    return answer.items
  }

  const runningNames = async (): Promise<unknown[]> =>
    (await items(['ps', '--running'])).map((session) => session.name)

  test('config', async () => {
    const text = await ok(['config'])
    expect(text).toContain(`API endpoint: ${shape.endpoint} (mode: api)`)
    expect(text).toMatch(/Server version: \S+ \(API: v7\.20230615\)/)
    expect(text).toContain("Negotiated API version: (7, '20230615')")
    expect(text).toContain(`Access key: "${shape.accessKey}"`)
  })

  test('run --rm -c', async () => {
    const text = await ok(['run', '--rm', '-c', 'print("hello world")', 'python'])
    expect(text).toMatch(/\[0\] Session pysdk-\w+ is ready \(domain=default, group=default\)\./)
    expect(text).toContain('hello world\n')
    expect(text).toContain('[0] Execution finished. (exit code = 0)')
    expect(text).toContain('[0] Cleaned up the session.')
    expect(await runningNames()).toEqual([])
  })

  test('run --rm --stats', async () => {
    expect(await ok(['run', '--rm', '-s', '-c', 'print(1)', 'python'])).toMatch(/\[0\] Statistics/)
  })

  test('run of a file with --exec', async () => {
    writeFileSync(
      join(client.directory, 'main.py'),
      'import sys\nfrom part import SIGN\nprint("arguments", sys.argv[1:], SIGN)\nsys.exit(4)\n',
    )
    writeFileSync(join(client.directory, 'part.py'), 'SIGN = "part was uploaded"\n')
    const text = await ok([
      ...['run', '--rm', '--exec', 'python3 main.py one two', 'python'],
      ...['main.py', 'part.py'],
    ])
    expect(text).toContain('[0] Uploading done.')
    expect(text).toContain("arguments ['one', 'two'] part was uploaded\n")
    expect(text).toContain('[0] Execution finished. (exit code = 4)')
  })

  test('run of python without its version, and what it leaves in .output', async () => {
    writeFileSync(
      join(client.directory, 'leave.py'),
      'import os\nos.mkdir(".output")\nopen(".output/made.txt", "w").write("made")\n',
    )
    const text = await ok(['run', '-t', 'leaving', '--exec', 'python leave.py', 'python', 'leave.py'])
    const [, url = ''] = /--- generated files ---\nmade\.txt: (\S+)\n--- end/.exec(text) ?? []
    expect(await (await fetch(url)).text()).toBe('made')
    await ok(['session', 'destroy', 'leaving'])
  })

  test('run of a file with --build and the default command', async () => {
    mkdirSync(join(client.directory, 'project'), { recursive: true })
    writeFileSync(join(client.directory, 'project/main.py'), 'print(open("built.txt").read())\n')
    const text = await ok([
      ...['run', '--rm', '--basedir', 'project', '--build', 'echo was built > built.txt', 'python'],
      'project/main.py',
    ])
    expect(text).toContain('[0] Build finished. (exit code = 0)')
    expect(text).toContain('was built')
    expect(text).toContain('[0] Execution finished. (exit code = 0)')
  })

  test('a run that asks for input', async () => {
    const code =
      'first = input("first? ")\nsecond = input("second? ")\nprint("<" + first + "|" + second + ">")'
    const text = await ok(['run', '--rm', '-c', code, 'python'], { stdin: 'ay\nbee\n' })
    expect(text).toContain('first? ')
    expect(text).toContain('second? ')
    expect(text).toContain('<ay|bee>\n')
  })

  test('a run longer than two seconds', async () => {
    const code = 'import time\nfor i in range(4):\n    print("tick", i, flush=True)\n    time.sleep(0.8)'
    const text = await ok(['run', '--rm', '-c', code, 'python'])
    expect(text).toContain('tick 0\ntick 1\ntick 2\ntick 3\n')
  })

  test('a run that raises', async () => {
    const { code, stdout, stderr } = await client.run([
      ...['run', '--rm', '-c', 'print("before")\nraise ValueError("on purpose")', 'python'],
    ])
    expect(plain(stdout)).toBe('before\n')
    expect(stderr).toContain('Traceback (most recent call last)')
    expect(stderr).toContain('ValueError: on purpose')
    // Code that shares variables with the next run has no exit code of its own, and this client would hide it.
    expect(plain(stderr)).toContain('[0] Execution finished. (exit code = 0)')
    expect(code).toBe(0)
  })

  test('run of several cases', async () => {
    const text = await ok([
      'run',
      '--rm',
      '-e',
      'CASE=$x',
      '--env-range',
      'x=range:1,3,1',
      '-c',
      'import os; print(os.environ["CASE"])',
      'python',
    ])
    expect(text.match(/Execution finished\. \(exit code = 0\)/g)).toHaveLength(2)
    expect(await runningNames()).toEqual([])
  })

  test('an unknown image', async () => {
    const { code, stderr } = await client.run(['start', '--name', 'no-such-image', 'image/that-is-not:there'])
    expect(code).toBe(1)
    expect(plain(stderr)).toContain('404 Not Found')
    expect(stderr).toContain('environment image')
  })

  test('start, ps, info, upload, ls, download, logs, rename, restart, rm', async () => {
    const started = await ok([
      'start',
      '--name',
      'life',
      '-r',
      'cpu=1',
      '-r',
      'mem=256',
      '-e',
      'COLOR=blue',
      'python',
    ])
    const id = /Session ID (\S+) is created and ready\./.exec(started)?.[1] ?? ''
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await ok(['start', '--name', 'life', 'python'])).toContain(
      `Session ID ${id} is already running and ready.`,
    )
    const refused = await client.run(['start', '--no-reuse', '--name', 'life', 'python'])
    expect(refused.code).toBe(1)

    const table = await ok(['ps'])
    expect(table).toMatch(/Name\s+Owner Access Key\s+Session ID/)
    expect(table).toContain(id)
    const [row] = await items(['ps', '--detail'])
    expect(row).toMatchObject({
      name: 'life',
      session_id: id,
      type: 'INTERACTIVE',
      status: 'RUNNING',
      occupying_slots: { cpu: '1', mem: '268435456' },
    })

    const info = await ok(['info', id])
    expect(info).toContain('life')
    expect(info).toContain('RUNNING')
    const [session] = await items(['info', id])
    expect(session).toMatchObject({ name: 'life', status: 'RUNNING', dependencies: [] })
    expect(session?.containers).toMatchObject([{ cluster_role: 'main', cluster_idx: 1, status: 'RUNNING' }])

    mkdirSync(join(client.directory, 'sub'), { recursive: true })
    writeFileSync(join(client.directory, 'notes.txt'), 'a note\n')
    writeFileSync(join(client.directory, 'sub/deep.bin'), Buffer.from([0, 255, 10, 13, 0]))
    expect(await ok(['session', 'upload', 'life', 'notes.txt', 'sub/deep.bin'])).toContain('Uploaded.')
    const listing = await ok(['session', 'ls', 'life'])
    expect(listing).toMatch(/notes\.txt\s+7 Bytes\s.*-rw/)
    expect(await ok(['session', 'ls', id, 'sub'])).toContain('deep.bin')
    expect(await ok(['session', 'download', '--dest', 'got', 'life', 'notes.txt', 'sub/deep.bin'])).toContain(
      'Downloaded to',
    )
    expect(readFileSync(join(client.directory, 'got/notes.txt'), 'utf8')).toBe('a note\n')
    const deep = ['got/sub/deep.bin', 'got/deep.bin']
      .map((path) => join(client.directory, path))
      .find(existsSync)
    expect([...readFileSync(deep ?? '')]).toEqual([0, 255, 10, 13, 0])

    const code = 'import os; print("color", os.environ["COLOR"], open("notes.txt").read())'
    const ran = await ok(['run', '--name', 'life', '-c', code, 'python'])
    expect(ran).toContain('[0] Reusing session life...')
    expect(ran).toContain('color blue a note')
    expect(await ok(['session', 'logs', 'life'])).toContain('End of logs.')
    expect(await ok(['session', 'status-history', 'life'])).toContain('Actual Resource Allocation Time')

    expect(await ok(['session', 'rename', 'life', 'renamed'])).toContain('Session renamed to renamed.')
    expect(await runningNames()).toEqual(['renamed'])
    expect(await ok(['restart', 'renamed'])).toContain('Done.')
    expect(await ok(['run', '--name', 'renamed', '-c', code, 'python'])).toContain('color blue a note')

    expect(await ok(['rm', 'renamed'])).toContain('Done.')
    const gone = await client.run(['rm', 'renamed'])
    expect(gone.code).toBe(1)
    expect(plain(gone.stderr)).toContain('404')
    const dead = await items(['ps', '--dead', '--order', '-created_at'])
    expect(dead).toContainEqual(expect.objectContaining({ session_id: id, status: 'TERMINATED' }))
  })

  test('a batch session, its task log and its result', async () => {
    const started = await ok([
      ...['start', '--type', 'batch', '--name', 'batch-job', '-c', 'echo batch says hi', 'python'],
    ])
    const id = /Session ID (\S+) is/.exec(started)?.[1] ?? ''
    let row: Record<string, unknown> | undefined
    for (let attempt = 0; attempt < 20 && row?.result !== 'SUCCESS'; attempt += 1) {
      row = (await items(['ps', '--all'])).find((session) => session.session_id === id)
    }
    expect(row).toMatchObject({ type: 'BATCH', result: 'SUCCESS' })
  })

  test('events', async () => {
    let isOver = false
    const watching = client
      .run(['events', 'watched'], { endAfter: /session_terminated/, limitMs: 110_000 })
      .finally(() => {
        isOver = true
      })
    // Nothing tells when the stream is open, so sessions of this name come and go until one was seen to its end.
    while (!isOver) {
      await ok(['start', '--name', 'watched', 'python'])
      await ok(['rm', 'watched'])
    }
    const lines = plain((await watching).stdout)
      .split('\n')
      .filter(Boolean)
    const [last = ''] = lines.slice(-1)
    expect(last).toStartWith('session_terminated {')
    expect(JSON.parse(last.slice(last.indexOf('{')))).toMatchObject({
      sessionName: 'watched',
      ownerAccessKey: shape.accessKey,
      reason: 'user-requested',
    })
  })

  test('admin lists', async () => {
    const [agent] = await items(['admin', 'agent', 'list'])
    expect(agent).toMatchObject({
      status: 'ALIVE',
      scaling_group: 'default',
      available_slots: { cpu: expect.any(String), mem: expect.any(String) },
    })
    expect(await ok(['admin', 'agent', 'list'])).toContain(String(agent?.id))
    const detail = await ok(['admin', 'agent', 'info', String(agent?.id)])
    expect(detail).toContain('ALIVE')
    expect(detail).toMatch(/cpu_util: /)
    const images = await items(['admin', 'image', 'list'])
    expect(images.flatMap((image) => image.aliases)).toContain('python')
    expect(await ok(['admin', 'image', 'list'])).toContain('python')
    const sessions = await items(['admin', 'session', 'list', '--all', '--limit', '3'])
    expect(sessions.length).toBeGreaterThan(0)
    expect(await ok(['admin', 'manager', 'status'])).toContain('running')
  })

  test('through the webserver, with a cookie', async () => {
    const browser = officialClient(shape, home.at('cookie'), 'session')
    const wrong = await browser.run(['login'], { stdin: `${shape.email}\nnot the password\n` })
    expect(wrong.code).toBe(1)
    expect(plain(wrong.stderr)).toContain('Login failed.')
    const login = await browser.run(['login'], { stdin: `${shape.email}\n${shape.password}\n` })
    expect(plain(login.stderr)).toContain('Login succeeded.')

    expect((await browser.run(['config'])).stdout).toContain('(mode: session)')
    const ran = await browser.run(['run', '--rm', '-c', 'print("hello", input("who? "))', 'python'], {
      stdin: 'cookie\n',
    })
    expect(plain(ran.stdout)).toContain('hello cookie\n')
    expect((await browser.run(['start', '--name', 'by-cookie', 'python'])).code).toBe(0)
    expect(plain((await browser.run(['ps'])).stdout)).toContain('by-cookie')
    expect((await browser.run(['session', 'logs', 'by-cookie'])).code).toBe(0)
    expect((await browser.run(['rm', 'by-cookie'])).code).toBe(0)
    expect(plain((await browser.run(['logout'])).stderr)).toContain('Logout done.')
    const after = await browser.run(['session', 'logs', 'by-cookie'])
    expect(after.code).toBe(1)
    expect(plain(after.stderr)).toContain('401')
  })
})
