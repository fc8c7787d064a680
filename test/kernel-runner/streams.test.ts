import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { AgentStream } from '../../src/wire/agent-link.ts'
import { startKernel, type TestKernel } from './start-kernel.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await startKernel({ runtime: 'app' })
})
afterAll(() => kernel[Symbol.asyncDispose]())

const bytes = (text: string) => new TextEncoder().encode(text)

async function readUntil(stream: AgentStream, pattern: RegExp): Promise<string> {
  let text = ''
  for await (const chunk of stream.chunks) {
    text += new TextDecoder().decode(chunk)
    if (pattern.test(text)) return text
  }
  throw new Error(`the stream ended after ${JSON.stringify(text)}`)
}

test('a terminal echoes, knows its size and hears of a new one', async () => {
  const stream = await kernel.link.openStream({ what: 'pty', rows: 24, cols: 80 })
  await stream.write(bytes('echo "size $(stty size)"\n'))
  await readUntil(stream, /size 24 80/)
  stream.control({ resize: { rows: 50, cols: 132 } })
  await stream.write(bytes('echo "size $(stty size)"\n'))
  await readUntil(stream, /size 50 132/)
  await stream.write(bytes('exit\n'))
  for await (const _ of stream.chunks);
  await stream[Symbol.asyncDispose]()
})

async function typed(text: string): Promise<string> {
  await using stream = await kernel.link.openStream({ what: 'pty', rows: 24, cols: 80 })
  await stream.write(bytes(text))
  let output = ''
  for await (const chunk of stream.chunks) output += new TextDecoder().decode(chunk)
  return output
}

test('what a shell prints last arrives however soon it ends', async () => {
  const outputs = await Promise.all(Array.from({ length: 30 }, () => typed('echo sum-$((1+1)); exit\n')))
  expect(outputs.filter((output) => !output.includes('sum-2'))).toEqual([])
}, 30_000)

test('a program that the shell left behind does not keep its terminal', async () => {
  expect(await typed('setsid sleep 600 & echo sum-$((1+1)); exit\n')).toContain('sum-2')
})

test('a terminal whose client goes away ends its shell', async () => {
  const stream = await kernel.link.openStream({ what: 'pty', rows: 24, cols: 80 })
  await stream.write(bytes('echo "pid=$$="\n'))
  const pid = Number(/pid=(\d+)=/.exec(await readUntil(stream, /pid=\d+=/))?.[1])
  await stream[Symbol.asyncDispose]()
  const isAlive = () => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }
  while (isAlive()) await Bun.sleep(5)
  expect(kernel.link.isConnected).toBe(true)
  expect((await kernel.query('echo fine')).stdout).toBe('fine\n')
})

test('a TCP stream carries megabytes both ways, ends both ways, and a refused port is told', async () => {
  using server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    allowHalfOpen: true,
    data: { queue: [] as Uint8Array[], ended: false },
    socket: {
      open(socket) {
        socket.data = { queue: [], ended: false }
      },
      data(socket, chunk) {
        socket.data.queue.push(Uint8Array.from(chunk))
        drain(socket)
      },
      drain,
      end(socket) {
        socket.data.ended = true
        drain(socket)
      },
    },
  })
  const stream = await kernel.link.openStream({ what: 'tcp', port: server.port })
  const sent = new Uint8Array(3_000_000).map((_, index) => index % 251)
  const writing = stream.write(sent).then(() => stream.end())
  const received: Uint8Array[] = []
  for await (const chunk of stream.chunks) received.push(chunk)
  await writing
  expect(Buffer.concat(received).equals(sent)).toBe(true)

  const refused = await kernel.link.openStream({ what: 'tcp', port: 1 })
  await expect(readUntil(refused, /never/)).rejects.toThrow(/refused|Failed to connect/i)
})

interface Echo {
  data: { queue: Uint8Array[]; ended: boolean }
  write(chunk: Uint8Array): number
  end(): void
}
function drain(socket: Echo): void {
  const { queue } = socket.data
  for (let chunk = queue[0]; chunk; chunk = queue[0]) {
    const taken = socket.write(chunk)
    if (taken < chunk.length) {
      queue[0] = chunk.subarray(Math.max(0, taken))
      return
    }
    queue.shift()
  }
  if (socket.data.ended) socket.end()
}
