import { createHmac } from 'node:crypto'
import { type ClientCrypto, webCrypto } from '../client/client-crypto.ts'

/** The client's cryptography without the thread hops of Web Crypto, which take longer than the hash itself. */
export const nodeCrypto: ClientCrypto = {
  ...webCrypto,
  hmacSha256: async (key, data) => createHmac('sha256', key).update(data, 'utf8').digest(),
}
