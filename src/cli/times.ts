const STEPS = [
  [60, 1, 's'],
  [3600, 60, 'min'],
  [86_400, 3600, 'h'],
  [30 * 86_400, 86_400, 'd'],
] as const

/** `5 min ago`, or the date when it is over 30 days; empty for what is no date. */
export function ago(time: unknown, now: number): string {
  if (typeof time !== 'string' && typeof time !== 'number') return ''
  const then = typeof time === 'number' ? time : Date.parse(time)
  if (Number.isNaN(then)) return ''
  const seconds = Math.max(0, Math.round((now - then) / 1000))
  for (const [below, unit, name] of STEPS) {
    if (seconds < below) return `${Math.floor(seconds / unit)} ${name} ago`
  }
  return new Date(then).toISOString().slice(0, 10)
}
