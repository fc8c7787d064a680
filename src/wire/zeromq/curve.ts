import { ptr } from 'bun:ffi'
import { openZmq } from './library.ts'
import { cstring, ZmqError } from './native-socket.ts'

/** Z85 text of 40 characters each. */
export interface CurveKeypair {
  publicKey: string
  secretKey: string
}

export async function generateCurveKeypair(): Promise<CurveKeypair> {
  const { zmq } = await openZmq()
  const publicKey = new Uint8Array(41)
  const secretKey = new Uint8Array(41)
  if (zmq.zmq_curve_keypair(ptr(publicKey), ptr(secretKey)) !== 0)
    throw new ZmqError(zmq, 'zmq_curve_keypair')
  return { publicKey: z85(publicKey), secretKey: z85(secretKey) }
}

export async function curvePublicKey(secretKey: string): Promise<string> {
  const { zmq } = await openZmq()
  const publicKey = new Uint8Array(41)
  if (zmq.zmq_curve_public(ptr(publicKey), ptr(cstring(secretKey))) !== 0) {
    throw new ZmqError(zmq, 'zmq_curve_public')
  }
  return z85(publicKey)
}

const z85 = (text: Uint8Array): string => Buffer.from(text.subarray(0, 40)).toString('latin1')
