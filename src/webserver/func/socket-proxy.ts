import WebSocket from 'ws'
import { Problem } from '../../core/problem.ts'
import type { ServerSocket } from '../../lib/http/server-socket.ts'

/** How much may wait for a slow browser before the manager's side is paused, bytes. */
const HIGH_WATER = 1024 * 1024

/**
 * Opens the manager's WebSocket first, so that its refusal reaches the browser as an HTTP error; the function that it
 * returns then relays frames both ways until one side closes.
 */
export async function openSocketProxy(
  url: string,
  headers: Record<string, string>,
): Promise<(browser: ServerSocket) => Promise<void>> {
  const upstream = new WebSocket(url, { headers, perMessageDeflate: false })
  await new Promise<void>((resolve, reject) => {
    upstream.once('open', resolve)
    upstream.once('unexpected-response', (_request, response) =>
      reject(
        new Problem('bad-gateway', {
          status: response.statusCode ?? 502,
          msg: 'The manager refused the stream.',
        }),
      ),
    )
    upstream.once('error', (cause) =>
      reject(new Problem('bad-gateway', { msg: 'The stream cannot be opened.', cause })),
    )
  })
  return (browser) => relay(browser, upstream)
}

async function relay(browser: ServerSocket, upstream: WebSocket): Promise<void> {
  let waiting = 0
  upstream.on('message', (data: Buffer, isBinary: boolean) => {
    waiting += data.length
    if (waiting > HIGH_WATER) upstream.pause()
    void browser.send(isBinary ? data : data.toString('utf8')).then(() => {
      waiting -= data.length
      if (upstream.isPaused && waiting < HIGH_WATER) upstream.resume()
    })
  })
  upstream.on('close', (code, reason) => browser.close(sendable(code), reason.toString('utf8')))
  upstream.on('error', () => browser.close(1011, 'the manager went away'))
  try {
    for await (const message of browser.messages) {
      if (upstream.readyState !== WebSocket.OPEN) break
      await new Promise<void>((resolve) => upstream.send(message, () => resolve()))
    }
  } finally {
    upstream.close(sendable(await browser.closed))
  }
}

/** Codes such as 1005 and 1006 describe a missing close frame and may not be sent. */
const sendable = (code: number): number => ([1004, 1005, 1006, 1015].includes(code) ? 1000 : code)
