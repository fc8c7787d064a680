export interface RegistryGate extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** Blobs larger than this come at some 50 kB/s, until `open`. */
  hold(aboveBytes: number): void
  open(): void
  /** Slow downloads that nobody has broken off. */
  readonly held: number
  /** Requests of manifests since the gate exists. */
  readonly manifests: number
}

/** Stands before a registry, under an address of its own, and can be slow on purpose. */
export function startRegistryGate(registryUrl: string): RegistryGate {
  let limit = Number.POSITIVE_INFINITY
  let held = 0
  let manifests = 0
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    maxRequestBodySize: 1024 ** 3,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      if (pathname.includes('/manifests/')) manifests += 1
      const answer = await fetch(`${registryUrl}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        redirect: 'manual',
        decompress: false,
        signal: request.signal,
      })
      const size = Number(answer.headers.get('content-length') ?? 0)
      if (request.method !== 'GET' || !pathname.includes('/blobs/') || size <= limit || !answer.body)
        return answer
      const content = new Uint8Array(await answer.arrayBuffer())
      let sent = 0
      held += 1
      const giveUp = () => {
        held -= 1
      }
      request.signal.addEventListener('abort', giveUp, { once: true })
      // An engine notices the end of a pull only when something arrives.
      const slow = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await Bun.sleep(20)
          if (request.signal.aborted) return controller.close()
          controller.enqueue(content.subarray(sent, sent + 1024))
          sent += 1024
          if (sent < content.length) return
          controller.close()
        },
      })
      return new Response(slow, { status: answer.status, headers: answer.headers })
    },
  })
  const name = `127.0.0.1:${server.port}`
  return {
    name,
    url: `http://${name}`,
    hold: (aboveBytes) => {
      limit = aboveBytes
    },
    open: () => {
      limit = Number.POSITIVE_INFINITY
    },
    get held() {
      return held
    },
    get manifests() {
      return manifests
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
