/**
 * The moment (milliseconds) at which a day begins in a time zone of the IANA database.
 * @throws RangeError when the zone is unknown or there is no such day.
 */
export function zonedMidnight(day: { year: number; month: number; day: number }, zone: string): number {
  const utc = Date.UTC(day.year, day.month - 1, day.day)
  const back = new Date(utc)
  if (back.getUTCMonth() !== day.month - 1 || back.getUTCDate() !== day.day) {
    throw new RangeError(`there is no day ${day.year}-${day.month}-${day.day}`)
  }
  // Twice, since the offset may change between the guess and the answer.
  const guess = utc - zoneOffset(utc, zone)
  return utc - zoneOffset(guess, zone)
}

/** Number of the day (since 1970) that a moment falls on in the zone. */
export const zonedDay = (at: number, zone: string): number =>
  Math.floor((at + zoneOffset(at, zone)) / 86_400_000)

/** How far the zone's clocks are ahead of UTC then, in milliseconds. */
function zoneOffset(at: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(at)
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0)
  const shown = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  )
  return shown - Math.floor(at / 1000) * 1000
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formats.set(zone, format)
  return format
}
