/** The servers of one cluster, the last one that answered first. */
export interface Endpoints {
  readonly all: readonly URL[]
  /** Every endpoint once, the preferred one first. */
  inOrder(): readonly URL[]
  prefer(endpoint: URL): void
}

/** @throws RangeError naming an endpoint that is no http or https URL. */
export function endpointsOf(addresses: readonly string[]): Endpoints {
  const all = addresses.map(parse)
  if (all.length === 0) throw new RangeError('no endpoint is given')
  let first = 0
  return {
    all,
    inOrder: () => [...all.slice(first), ...all.slice(0, first)],
    prefer: (endpoint) => {
      first = Math.max(0, all.indexOf(endpoint))
    },
  }
}

function parse(address: string): URL {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new RangeError(`endpoint "${address}" is no URL such as http://127.0.0.1:8081`)
  }
  return url
}
