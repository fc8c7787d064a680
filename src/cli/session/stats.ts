import type { SessionStats, StatMetric } from '../../client/session-types.ts'
import type { Output } from '../output.ts'
import { sizeText } from '../sizes.ts'

/** The last statistics of a session as a table. */
export function printStats(out: Output, session: string, stats: SessionStats | null): void {
  if (out.isJson) return
  const rows = Object.entries(stats ?? {}).flatMap(([name, value]) => {
    if (name === 'status' || name === 'version' || value === null) return []
    return [typeof value === 'object' ? metricRow(name, value) : [name, String(value), '', '']]
  })
  if (rows.length === 0) {
    out.info(`Statistics of ${session} are not available.`)
    return
  }
  out.table(
    [
      { title: 'METRIC', min: 8 },
      { title: 'CURRENT', align: 'right' },
      { title: 'CAPACITY', align: 'right' },
      { title: 'MAX', align: 'right' },
    ],
    rows,
  )
}

function metricRow(name: string, metric: StatMetric): string[] {
  const show = (text: string | null | undefined): string => amount(text, metric.unit_hint)
  return [name, show(metric.current), show(metric.capacity), show(metric['stats.max'])]
}

function amount(text: string | null | undefined, unit: string): string {
  if (text === null || text === undefined) return ''
  const value = Number(text)
  if (!Number.isFinite(value)) return text
  if (unit === 'bytes') return sizeText(value)
  if (unit === 'bps') return `${sizeText(value)}/s`
  if (unit === 'msec') return `${(value / 1000).toFixed(1)} s`
  if (unit === 'percent' || unit === 'pct') return `${value.toFixed(1)} %`
  return text
}
