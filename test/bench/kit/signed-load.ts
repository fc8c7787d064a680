import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import {
  authorizationHeader,
  signingDay,
  signingKey,
  stringToSign,
  toHex,
} from '../../../src/api/signature.ts'
import type { Shape } from '../../harness/shapes.ts'

const VERSION = 'v7.20230615'
const CONNECTIONS = 8

const hmac = (key: string | Uint8Array, data: string): Uint8Array =>
  new Uint8Array(createHmac('sha256', key).update(data).digest())

/** The bytes of a GET that is signed once; it may be sent again for as long as the server takes its date. */
export function signedGet({ endpoint, accessKey, secretKey }: Shape, target: string): Buffer {
  const { host } = new URL(endpoint)
  const date = new Date().toISOString()
  const key = signingKey(hmac, secretKey, signingDay(date) ?? '', host)
  const text = stringToSign({ method: 'GET', target, date, host, contentType: null, version: VERSION })
  const head = [
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    `Date: ${date}`,
    `X-BackendAI-Version: ${VERSION}`,
    `Authorization: ${authorizationHeader(accessKey, toHex(hmac(key, text)))}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n`)
}

/** Sends the request over and over on kept connections for `ms` milliseconds; the number of whole, right answers. */
export async function load(
  endpoint: string,
  request: Buffer,
  ms: number,
  isRight: (body: string) => boolean,
): Promise<number> {
  const deadline = performance.now() + ms
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => oneConnection(new URL(endpoint), request, deadline, isRight)),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function oneConnection(
  { hostname, port }: URL,
  request: Buffer,
  deadline: number,
  isRight: (body: string) => boolean,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0
    let received = ''
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => socket.write(request))
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`the server closed the connection after ${answers} answers`)))
    socket.on('data', (chunk: string) => {
      received += chunk
      const body = bodyOf(received)
      if (body === null) return
      if (!received.startsWith('HTTP/1.1 200') || !isRight(body)) {
        reject(new Error(`a wrong answer: ${received.slice(0, 2000)}`))
        socket.destroy()
        return
      }
      received = ''
      answers += 1
      if (performance.now() < deadline) {
        socket.write(request)
        return
      }
      resolve(answers)
      socket.destroy()
    })
  })
}

/** Null until the body is whole. */
function bodyOf(received: string): string | null {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return null
  const length = /^content-length: (\d+)\r?$/im.exec(received.slice(0, end + 2))?.[1]
  if (length === undefined) throw new Error(`an answer without a length: ${received.slice(0, end)}`)
  const body = received.slice(end + 4)
  return body.length < Number(length) ? null : body
}
