/** Numbers of zmq.h that we use. */
export const SOCKET_TYPE = { pair: 0, dealer: 5, router: 6 } as const
export type SocketType = 'dealer' | 'router'

export const OPTION = {
  routingId: 5,
  linger: 17,
  reconnectInterval: 18,
  sendHighWaterMark: 23,
  receiveHighWaterMark: 24,
  lastEndpoint: 32,
  reconnectIntervalMax: 21,
  maxMessageSize: 22,
  immediate: 39,
  curveServer: 47,
  curvePublicKey: 48,
  curveSecretKey: 49,
  curveServerKey: 50,
  routerHandover: 56,
  heartbeatInterval: 75,
  heartbeatTimeout: 77,
} as const

export const SEND_MORE = 2
export const DONT_WAIT = 1
export const POLL_IN = 1

export const EAGAIN = 11
export const EINTR = 4

/** What the io thread is told to open. Keys are Z85 text of 40 characters. */
export interface SocketOptions {
  type: SocketType
  bind?: string
  connect?: string
  routingId?: string
  curve?:
    | { role: 'server'; secretKey: string }
    | { role: 'client'; serverKey: string; publicKey: string; secretKey: string }
}
