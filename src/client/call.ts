/** One request as the functions of the client describe it. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path segments, each escaped: `['session', name, 'logs']`. */
  path: readonly string[]
  /** Undefined values are left out; lists repeat the key. */
  query?: Record<string, string | number | readonly string[] | undefined>
  /** Sent as the JSON body. */
  json?: unknown
  body?: { bytes: Uint8Array<ArrayBuffer>; contentType: string }
  headers?: Record<string, string>
  /** May be sent again when no answer came. Default: for GET, PUT and DELETE. */
  isIdempotent?: boolean
  /** Not signed. */
  isAnonymous?: boolean
  signal?: AbortSignal | undefined
}

/** The URL of a call below an endpoint. `session` endpoints (webservers) serve the API below /func/. */
export function urlOf(endpoint: URL, isSession: boolean, call: Pick<Call, 'path' | 'query'>): URL {
  const base = endpoint.pathname.replace(/\/+$/, '')
  const prefix = isSession && call.path[0] !== 'server' ? '/func' : ''
  const url = new URL(endpoint.origin)
  url.pathname = `${base}${prefix}/${call.path.map(escaped).join('/')}`
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === undefined) continue
    for (const each of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(each))
  }
  return url
}

function escaped(segment: string): string {
  // URLs resolve dot segments even when escaped, which would address another route.
  if (segment === '.' || segment === '..') throw new RangeError(`"${segment}" is not a name`)
  return encodeURIComponent(segment)
}

export const isIdempotent = (call: Call): boolean =>
  call.isIdempotent ?? (call.method === 'GET' || call.method === 'PUT' || call.method === 'DELETE')
