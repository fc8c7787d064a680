import type { ServerResponse } from 'node:http'
import { quickPartsOf } from './quick-response.ts'

/** Writes a fetch-style answer: streams with backpressure, `extra` headers win over nothing that is set already. */
export async function sendResponse(
  outgoing: ServerResponse,
  response: Response,
  extra: Readonly<Record<string, string>>,
): Promise<void> {
  const quick = quickPartsOf(response)
  if (quick) {
    const length = quick.content === null ? 0 : Buffer.byteLength(quick.content)
    const hasLength = quick.status !== 204 && quick.status !== 304
    const head = { ...extra, ...quick.head, ...(hasLength ? { 'content-length': String(length) } : {}) }
    outgoing.writeHead(quick.status, head)
    outgoing.end(outgoing.req.method === 'HEAD' || quick.content === null ? undefined : quick.content)
    return
  }
  outgoing.writeHead(response.status, [...Object.entries(extra), ...headerPairs(response.headers)].flat())
  if (!response.body || outgoing.req.method === 'HEAD') {
    await response.body?.cancel()
    outgoing.end()
    return
  }
  outgoing.flushHeaders()
  await pump(response.body, outgoing)
}

function headerPairs(headers: Headers): [string, string][] {
  const cookies = headers.getSetCookie().map((value): [string, string] => ['set-cookie', value])
  return [...[...headers].filter(([name]) => name !== 'set-cookie'), ...cookies]
}

async function pump(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader()
  let isGone = false
  const gone = new Promise<void>((resolve) => {
    outgoing.once('close', () => {
      isGone = true
      resolve()
    })
  })
  try {
    while (!isGone) {
      const next = await Promise.race([reader.read(), gone])
      if (!next) break
      if (next.done) {
        outgoing.end()
        return
      }
      if (!outgoing.write(next.value)) await Promise.race([drained(outgoing), gone])
    }
    await reader.cancel(new Error('the client went away'))
  } catch (error) {
    // The head is out: only a broken connection tells the client that the body is not whole.
    outgoing.destroy()
    throw error
  }
}

const drained = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    outgoing.once('drain', () => resolve())
  })
