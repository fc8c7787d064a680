import { isIPv4, isIPv6 } from 'node:net'
import * as v from 'valibot'

/** Where to listen or dial. Port 0 lets the system choose. */
export interface Address {
  readonly host: string
  readonly port: number
}

export interface PartialAddress {
  host?: string
  port?: number
}

const HOST_NAME =
  /^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i

/** Whether it can be a host: an IP address, or a name as DNS has them. Digits and dots alone are no name. */
const isHost = (text: string): boolean =>
  isIPv4(text) || isIPv6(text) || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text))

/** Reads `host:port`, `[::1]:port`, `:port` or `host`; null when it is none of these. */
export function parseAddress(text: string): PartialAddress | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]*))(?::(\d{1,5}))?$/i.exec(text.trim())
  if (!match) return null
  const host = match[1] ?? match[2]
  const port = match[3] === undefined ? undefined : Number(match[3])
  if ((!host && port === undefined) || (port !== undefined && port > 65535)) return null
  if (host && !(match[1] === undefined ? isHost(host) : isIPv6(host))) return null
  return { ...(host ? { host } : {}), ...(port === undefined ? {} : { port }) }
}

export const formatAddress = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

const EXPECTED = 'expected an address such as "127.0.0.1:8081" or { host = "127.0.0.1", port = 8081 }'

const EXPECTED_HOST = 'expected an IP address or a host name'

const addressInput = v.union(
  [
    v.pipe(
      v.string(),
      v.rawTransform<string, PartialAddress>(({ dataset, addIssue, NEVER }) => {
        const parsed = parseAddress(dataset.value)
        if (parsed) return parsed
        addIssue({ message: EXPECTED })
        return NEVER
      }),
    ),
    v.strictObject({
      host: v.optional(
        v.pipe(
          v.string(),
          v.check((host) => host === '' || isHost(host), EXPECTED_HOST),
        ),
      ),
      port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
    }),
  ],
  EXPECTED,
)

/** An address to listen on; what the user leaves out comes from the defaults. */
export const address = (host: string, port: number) =>
  v.optional(
    v.pipe(
      addressInput,
      v.transform((part): Address => ({ host: part.host || host, port: part.port ?? port })),
    ),
    {},
  )

/** An address that has no default; its port does. */
export const optionalAddress = (port: number) =>
  v.optional(
    v.nullable(
      v.pipe(
        addressInput,
        v.check((part) => Boolean(part.host), 'expected an address with a host'),
        v.transform((part): Address => ({ host: part.host ?? '', port: part.port ?? port })),
      ),
    ),
    null,
  )
