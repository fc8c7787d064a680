import { expect, test } from 'bun:test'
import { createSocket } from 'node:dgram'
import { monitorStatsd } from '../../../plugins/monitor-statsd/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLogger } from '../../../src/lib/logger.ts'

const world = { clock: systemClock, log: silentLogger, recordError: async () => {} }

test('counts are added up, levels are the last, all in a few datagrams', async () => {
  const server = createSocket('udp4')
  const datagrams: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const expected = new Set(['x.calls:5|c', 'x.level:-2|g', 'x.odd_na_me:1|c', 'x.n299:1|c'])
  server.on('message', (bytes) => {
    datagrams.push(bytes.toString())
    for (const line of bytes.toString().split('\n')) expected.delete(line)
    if (expected.size === 0) resolve()
  })
  await new Promise<void>((listening) => server.bind(0, '127.0.0.1', listening))
  const monitor = monitorStatsd.configure({ port: String(server.address().port), prefix: 'x.' }, world)
  for (let n = 0; n < 5; n += 1) monitor.reportMetric('increment', 'calls', 1)
  monitor.reportMetric('gauge', 'level', 7)
  monitor.reportMetric('gauge', 'level', -2)
  monitor.reportMetric('increment', 'odd:na|me', 1)
  for (let n = 0; n < 300; n += 1) monitor.reportMetric('increment', `n${n}`, 1)
  monitor.dispose?.()
  await promise
  const lines = datagrams.join('\n').split('\n')
  expect(lines).toContain('x.level:0|g')
  expect(lines).not.toContain('x.level:7|g')
  expect(lines.filter((line) => line.startsWith('x.calls'))).toEqual(['x.calls:5|c'])
  expect(Math.max(...datagrams.map((one) => one.length))).toBeLessThanOrEqual(1400)
  expect(datagrams.length).toBeLessThan(6)
  server.close()
})

test('a server that is away disturbs nobody, and wrong settings are told', () => {
  const monitor = monitorStatsd.configure({ port: '1' }, world)
  monitor.reportMetric('increment', 'calls', 1)
  monitor.dispose?.()
  for (const port of ['0', '65536', 'x']) {
    expect(() => monitorStatsd.configure({ port }, world)).toThrow('port')
  }
})
