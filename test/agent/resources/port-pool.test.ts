import { expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { createPortPool } from '../../../src/agent/resources/port-pool.ts'
import { probePort } from '../../../src/agent/resources/probe-port.ts'

const pool = (busy: number[] = []) =>
  createPortPool({ range: [30_000, 30_004], isFree: async (port) => !busy.includes(port) })

test('ports are handed out once, round-robin', async () => {
  const ports = pool()
  expect(await ports.acquire(2)).toEqual([30_000, 30_001])
  ports.release([30_000, 30_001])
  expect(await ports.acquire(2)).toEqual([30_002, 30_003])
  expect(await ports.acquire(3)).toEqual([30_004, 30_000, 30_001])
})

test('ports that others listen on and those of recovered kernels are skipped', async () => {
  const ports = pool([30_001])
  ports.reserve([30_000])
  expect(await ports.acquire(3)).toEqual([30_002, 30_003, 30_004])
})

test('a request that cannot be met takes nothing', async () => {
  const ports = pool([30_001])
  expect(ports.acquire(5)).rejects.toThrow('no 5 free ports are left')
  expect(await ports.acquire(4)).toHaveLength(4)
})

test('requests side by side never get the same port', async () => {
  const ports = pool()
  const given = await Promise.all([ports.acquire(2), ports.acquire(2), ports.acquire(1)])
  expect(new Set(given.flat()).size).toBe(5)
})

test('the probe sees a listener', async () => {
  const server = createServer()
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    }),
  )
  expect(await probePort('127.0.0.1')(port)).toBe(false)
  await new Promise((resolve) => server.close(resolve))
  expect(await probePort('127.0.0.1')(port)).toBe(true)
})
