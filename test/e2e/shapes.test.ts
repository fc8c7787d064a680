/** What holds of the two shapes themselves: the same story, and agents that know their managers and nobody else. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runProduct } from '../harness/product.ts'
import { type BackendName, type Shape, type ShapeName, startShape } from '../harness/shapes.ts'

/** Room for a build and an image. */
const START_MS = 240_000
const SHAPES: [ShapeName, BackendName][] = [
  ['up', 'process'],
  ['up', 'docker'],
  ['cluster', 'process'],
  ['cluster', 'docker'],
]

const client = (shape: Shape, args: string[]) =>
  runProduct(args, {
    as: 'backend.ai',
    cwd: dirname(shape.dataDir),
    env: {
      HOME: dirname(shape.dataDir),
      BACKENDAI_DATA: join(dirname(shape.dataDir), 'of-the-client'),
      BACKEND_ENDPOINT: shape.endpoint,
      BACKEND_ACCESS_KEY: shape.accessKey,
      BACKEND_SECRET_KEY: shape.secretKey,
    },
  })

describe.each(SHAPES)('%s with %s', (name, backend) => {
  let shape: Shape

  beforeAll(async () => {
    shape = await startShape(name, { backend })
  }, START_MS)
  // Disposing fails when a process, a container or a file is left.
  afterAll(() => shape[Symbol.asyncDispose](), START_MS)

  test('hello world', async () => {
    const { code, stdout } = await client(shape, ['run', '--rm', '-c', 'print("hello world")', 'python'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello world\n' })
  })

  test('a session that is running when the shape ends', async () => {
    const { code, stderr } = await client(shape, ['start', '--name', 'left-running', 'python'])
    expect({ code, stderr }).toMatchObject({ code: 0 })
  })
})

/** Both ends of the established TCP connections of a process, and the ports that it listens on. */
function tcpOf(pid: number): { remote: number[]; listening: number[] } {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
      } catch {
        return undefined
      }
    }),
  )
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1),
  )
  const own = rows.map((row) => row.trim().split(/\s+/)).filter((fields) => inodes.has(fields[9] ?? ''))
  const port = (address = ''): number => Number.parseInt(address.split(':')[1] ?? '0', 16)
  return {
    remote: own.filter((fields) => fields[3] === '01').map((fields) => port(fields[2])),
    listening: own.filter((fields) => fields[3] === '0A').map((fields) => port(fields[1])),
  }
}

/** The text of every small file below a folder. */
function textsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat?.isFile() && stat.size < 1_000_000
    })
    .map((path) => readFileSync(path, 'latin1'))
}

test(
  'agents of a cluster hold neither credentials nor connections of PostgreSQL and Redis',
  async () => {
    await using shape = await startShape('cluster', { backend: 'process' })
    expect(await client(shape, ['start', '--name', 'at-work', 'python'])).toMatchObject({ code: 0 })
    const home = dirname(shape.dataDir)
    const urlOf = (key: string): string => {
      const config = readFileSync(join(home, 'manager.toml'), 'utf8')
      return new RegExp(`\\[${key}\\]\\nurl = "([^"]+)"`).exec(config)?.[1] ?? ''
    }
    const databases = [urlOf('store'), urlOf('redis')].map((url) => new URL(url))
    const forbidden = databases.flatMap(({ href, host }) => [href, host])
    const pid = shape.pids.agent
    const known = [
      readFileSync(`/proc/${pid}/environ`, 'latin1'),
      readFileSync(`/proc/${pid}/cmdline`, 'latin1'),
      readFileSync(join(home, 'agent.toml'), 'utf8'),
      ...textsBelow(shape.dataDirs.agent),
    ]
    for (const text of known) for (const secret of forbidden) expect(text).not.toContain(secret)

    const managerPorts = tcpOf(shape.pids.manager)
    for (const { port } of databases) expect(managerPorts.remote).toContain(Number(port))
    const agentPorts = tcpOf(pid)
    expect(agentPorts.remote.length).toBeGreaterThan(0)
    for (const remote of agentPorts.remote) expect(managerPorts.listening).toContain(remote)
    expect(agentPorts.listening).toEqual([])
  },
  START_MS,
)
