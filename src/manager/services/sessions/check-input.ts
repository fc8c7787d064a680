import { parseDuration } from '../../../config/value/duration.ts'
import { Problem } from '../../../core/problem.ts'
import type { CreateSessionInput } from '../requests.ts'

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

const NAME = /^(?=.{4,64}$)\w[\w.-]*\w$/
const RESERVED_NAMES = ['from-template']

/** 4–64 ASCII characters that begin and end with a word character (domain-model.md §1.9). */
export function checkName(name: string): void {
  if (NAME.test(name) && !RESERVED_NAMES.includes(name)) return
  throw invalid(
    `"${name}" is no session name: 4 to 64 letters, digits, "_", "." and "-", beginning and ending with a letter, digit or "_".`,
  )
}

/** Shape rules that need no database. */
export function checkInput(input: CreateSessionInput): void {
  checkName(input.name)
  checkEnviron(input.config.environ)
  if (input.type === 'batch' && !input.startupCommand)
    throw invalid('A batch session needs a startup command.')
  if (input.type !== 'batch' && input.startsAt !== null)
    throw invalid('Only batch sessions may have a start time.')
  if (input.type === 'system') throw invalid('System sessions are not made through the API.')
  if (Buffer.byteLength(input.bootstrapScript ?? '') > 16_384)
    throw invalid('The bootstrap script exceeds 16 KiB.')
  if (input.callbackUrl !== null && !isHttpUrl(input.callbackUrl))
    throw invalid('callback_url must be an HTTP URL.')
  if (input.clientToken !== null && input.clientToken.length > 64)
    throw invalid('The client token exceeds 64 characters.')
}

/** Linux starts no program with a longer `NAME=value`, its NUL counted, */
const MAX_VARIABLE_BYTES = 128 * 1024
/** nor with much more than this in all, arguments included. */
const MAX_ENVIRON_BYTES = 1024 * 1024

function checkEnviron(environ: Readonly<Record<string, string>>): void {
  let total = 0
  for (const [name, value] of Object.entries(environ)) {
    if (!/^[^=\0\r\n]+$/.test(name))
      throw invalid(`"${shortened(name)}" is no name of an environment variable.`)
    if (value.includes('\0')) throw invalid(`The environment variable "${name}" holds a NUL byte.`)
    const size = Buffer.byteLength(name) + Buffer.byteLength(value) + 2
    if (size > MAX_VARIABLE_BYTES)
      throw invalid(
        `The environment variable "${shortened(name)}" has ${size} bytes; ${MAX_VARIABLE_BYTES} are possible.`,
      )
    total += size
    if (total > MAX_ENVIRON_BYTES)
      throw invalid(
        `The environment variables up to "${name}" have ${total} bytes in all; ${MAX_ENVIRON_BYTES} are possible.`,
      )
  }
}

const shortened = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}…` : name)

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:')
}

/** An ISO time, or a delay such as `4m` from `now` (milliseconds). */
export function parseStartsAt(text: string | null, now: number): Date | null {
  if (text === null || text.trim() === '') return null
  const seconds = parseDuration(text)
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(text.trim())
  const iso = hasZone || !text.includes(':') ? text : `${text.trim()}Z`
  const time = new Date(seconds === null ? iso : now + seconds * 1000)
  const year = time.getUTCFullYear()
  if (Number.isNaN(year)) throw invalid(`starts_at is neither an ISO 8601 time nor a delay: "${text}".`)
  // Databases keep no other years.
  if (year < 1 || year > 9999) throw invalid(`starts_at lies too far away: "${text}".`)
  return time
}

const RESERVED_PORTS = [2000, 2001, 2002, 2003, 2200, 7681]

/** Ports that the user's own programs will open, beside the services of the image. */
export function checkPreopenPorts(ports: readonly number[], serviceLabel: string | undefined): void {
  const taken = servicePorts(serviceLabel ?? '')
  const seen = new Set<number>()
  for (const port of ports) {
    if (!Number.isInteger(port) || port <= 1024 || port >= 65_535) {
      throw invalid(`The port ${port} cannot be opened: ports are between 1025 and 65534.`)
    }
    if (RESERVED_PORTS.includes(port)) throw invalid(`The port ${port} is reserved.`)
    if (taken.has(port)) throw invalid(`The port ${port} belongs to a service of the image.`)
    if (seen.has(port)) throw invalid(`The port ${port} is given twice.`)
    seen.add(port)
  }
}

/** The ports in `jupyter:http:8080,tb:http:[6006,6007]`. */
function servicePorts(label: string): Set<number> {
  const parts = [...label.matchAll(/:(?:(\d+)|\[([\d,\s]+)\])(?=,|$)/g)]
  return new Set(parts.flatMap(([, one, several]) => (one ?? several ?? '').split(',').map(Number)))
}
