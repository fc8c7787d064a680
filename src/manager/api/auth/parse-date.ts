export interface RequestDate {
  /** Milliseconds since the epoch. */
  at: number
  /** `20240731`, in the zone that the header names. */
  day: string
}

const ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i
const RFC1123 =
  /^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})[ -]([A-Za-z]{3})[A-Za-z]*[ -](\d{4})\s+(\d{2}):(\d{2})(?::(\d{2}))?\s*([A-Z]{1,4}|[+-]\d{2}:?\d{2})?$/i
const ASCTIME = /^[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})\s+(\d{4})$/
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** Hours east of Greenwich of the zone names that RFC 5322 keeps, and of our users' home. */
const ZONES: Record<string, number> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  KST: 9,
  JST: 9,
}

/** Reads ISO 8601 (basic or extended), RFC 1123 and asctime dates; a date without a zone is UTC. */
export function parseDate(text: string): RequestDate | null {
  const trimmed = text.trim()
  const iso = ISO.exec(trimmed)
  if (iso) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = iso
    const ms = Math.floor(Number(`0.${fraction}`) * 1000)
    return compose([year, month, day, hour, minute, second].map(Number), ms, zone)
  }
  const rfc = RFC1123.exec(trimmed)
  if (rfc) {
    const [, day, name = '', year, hour, minute, second = '0', zone] = rfc
    const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
    return compose([year, month, day, hour, minute, second].map(Number), 0, zone)
  }
  const asc = ASCTIME.exec(trimmed)
  if (!asc) return null
  const [, name = '', day, hour, minute, second, year] = asc
  const month = MONTHS.indexOf(name.toLowerCase()) + 1
  return compose([year, month, day, hour, minute, second].map(Number), 0, undefined)
}

function compose(parts: number[], ms: number, zone: string | undefined): RequestDate | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const offset = zoneMinutes(zone)
  if (offset === null || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return null
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms))
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return null
  const two = (n: number) => String(n).padStart(2, '0')
  return {
    at: local.getTime() - offset * 60_000,
    day: `${String(year).padStart(4, '0')}${two(month)}${two(day)}`,
  }
}

function zoneMinutes(zone: string | undefined): number | null {
  const name = zone?.toUpperCase()
  if (!name || name === 'Z' || name === 'UTC' || name === 'GMT' || name === 'UT') return 0
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(name)
  if (match) return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0))
  const hours = ZONES[name]
  return hours === undefined ? null : hours * 60
}
