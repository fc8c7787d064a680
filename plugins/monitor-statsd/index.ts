import { createSocket } from 'node:dgram'
import type { StatsMonitorPlugin } from '../../src/plugin/monitor.ts'

const MAX_DATAGRAM_BYTES = 1400
const FLUSH_MS = 100

/** Sends figures to a StatsD server, many in one datagram; counts of the same name are added up first. */
export const monitorStatsd: StatsMonitorPlugin = {
  name: 'statsd',
  configure(settings, { log }) {
    const { host = '127.0.0.1', port: portText = '8125', prefix = '' } = settings
    const port = typeof portText === 'string' ? Number(portText) : Number.NaN
    if (typeof host !== 'string' || typeof prefix !== 'string') {
      throw new RangeError('statsd: host and prefix must be text')
    }
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError('statsd: port is no port')
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    // Figures may be lost; who reads them sees that by their absence.
    socket.on('error', (error) => log.debug({ err: error }, 'statsd: not sent'))
    socket.unref()
    const counts = new Map<string, number>()
    const gauges = new Map<string, number>()
    let timer: ReturnType<typeof setTimeout> | null = null

    function flush(): void {
      timer = null
      const lines = [
        ...[...counts].map(([name, value]) => `${name}:${value}|c`),
        // A negative level would be read as a change: zero goes first.
        ...[...gauges].flatMap(([name, value]) =>
          value < 0 ? [`${name}:0|g`, `${name}:${value}|g`] : [`${name}:${value}|g`],
        ),
      ]
      counts.clear()
      gauges.clear()
      for (const datagram of packed(lines)) socket.send(datagram, port, host as string, () => {})
    }

    return {
      reportMetric(kind, name, value) {
        const full = `${prefix}${name}`.replace(/[:|@\s]/g, '_')
        if (kind === 'gauge') gauges.set(full, value)
        else counts.set(full, (counts.get(full) ?? 0) + value)
        timer ??= setTimeout(flush, FLUSH_MS)
        timer.unref()
      },
      dispose() {
        if (timer) clearTimeout(timer)
        flush()
        // After what was just sent.
        setImmediate(() => socket.close())
      },
    }
  },
}

function packed(lines: readonly string[]): string[] {
  const datagrams: string[] = []
  for (const line of lines) {
    const last = datagrams.at(-1)
    if (last !== undefined && Buffer.byteLength(last) + Buffer.byteLength(line) < MAX_DATAGRAM_BYTES) {
      datagrams[datagrams.length - 1] = `${last}\n${line}`
    } else datagrams.push(line)
  }
  return datagrams
}
