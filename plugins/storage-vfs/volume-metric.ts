import { readFile, stat } from 'node:fs/promises'
import type { VolumeMetric } from '../../src/plugin/storage-volume.ts'

interface Sample {
  at: number
  /** Of /sys/dev/block/<major>:<minor>/stat: reads, …, sectors read, ms reading, writes, …, sectors written, ms. */
  fields: number[]
}

const SECTOR = 512

/** Reads rates of the block device that a path is on; zeros for file systems without one, such as NFS. */
export function createVolumeMetric(path: string, now: () => number): () => Promise<VolumeMetric> {
  let before: Sample | null = null
  return async () => {
    const fields = await deviceCounters(path)
    const sample = { at: now(), fields: fields ?? [] }
    const since = before ?? { at: 0, fields: [] }
    // At the first reading the counters run since the start of the machine.
    const seconds = before ? Math.max((sample.at - since.at) / 1000, 0.001) : await uptimeSeconds()
    before = sample
    const grown = (index: number) => Math.max(0, (sample.fields[index] ?? 0) - (since.fields[index] ?? 0))
    const each = (ms: number, count: number) => (count === 0 ? 0 : (ms * 1000) / count)
    return {
      iopsRead: grown(0) / seconds,
      iopsWrite: grown(4) / seconds,
      bytesRead: (grown(2) * SECTOR) / seconds,
      bytesWrite: (grown(6) * SECTOR) / seconds,
      usecRead: each(grown(3), grown(0)),
      usecWrite: each(grown(7), grown(4)),
    }
  }
}

async function deviceCounters(path: string): Promise<number[] | null> {
  const { dev } = await stat(path, { bigint: true })
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn)
  const text = await readFile(`/sys/dev/block/${major}:${minor}/stat`, 'utf8').catch(() => null)
  return text === null ? null : text.trim().split(/\s+/).map(Number)
}

async function uptimeSeconds(): Promise<number> {
  const text = await readFile('/proc/uptime', 'utf8').catch(() => '1')
  return Math.max(Number(text.split(' ')[0]), 1)
}
