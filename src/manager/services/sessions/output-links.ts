import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Problem } from '../../../core/problem.ts'
import type { OutputFile } from '../../../wire/runner-protocol.ts'
import type { ManagerPorts } from '../../context.ts'

/** Below `secrets/`, which the REST API never shows. Deleting it ends the validity of every address. */
const KEY = 'secrets/output-links'
/** How long an address works, in seconds. */
const LIFETIME_S = 3600

type Ports = Pick<ManagerPorts, 'config' | 'clock'>

/**
 * Addresses for files in `.output`, with the permission to read them inside: `<expiry>.<name>.<MAC>`, all in letters
 * that a URL takes as they are.
 * @param origin of the manager as the client sees it
 */
export async function outputAddresses(
  { config, clock }: Ports,
  sessionId: string,
  files: readonly OutputFile[],
  origin: string,
): Promise<{ name: string; url: string }[]> {
  if (files.length === 0) return []
  const secret = await sharedSecret(config)
  const expiry = Math.floor(clock.now() / 1000) + LIFETIME_S
  return files.map(({ name }) => {
    const words = `${expiry.toString(36)}.${Buffer.from(name).toString('base64url')}`
    const token = `${words}.${macOf(secret, sessionId, words).toString('base64url')}`
    return { name, url: `${origin}/session/${sessionId}/output/${token}` }
  })
}

/** The file that a token permits to read. @throws Problem generic-forbidden for one that is not ours or too old. */
export async function checkOutputToken(
  { config, clock }: Ports,
  sessionId: string,
  token: string,
): Promise<string> {
  const [, words = '', expiry = '', name = '', mac = ''] = /^(([^.]+)\.([^.]+))\.([^.]+)$/.exec(token) ?? []
  const right = macOf(await sharedSecret(config), sessionId, words)
  const given = Buffer.from(mac, 'base64url')
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new Problem('generic-forbidden', { msg: 'This address is not one of ours.' })
  }
  if (Number.parseInt(expiry, 36) * 1000 < clock.now()) {
    throw new Problem('generic-forbidden', { msg: 'This address has expired; it worked for an hour.' })
  }
  return Buffer.from(name, 'base64url').toString()
}

const macOf = (secret: Buffer, sessionId: string, words: string): Buffer =>
  createHmac('sha256', secret).update(`output ${sessionId} ${words}`).digest()

/** Made at the first call of the first manager; of two at once, both end up with the same. */
async function sharedSecret(config: Ports['config']): Promise<Buffer> {
  const found = await config.get(KEY)
  if (found) return Buffer.from(found, 'base64url')
  await config.setIfAbsent(KEY, randomBytes(32).toString('base64url'))
  const agreed = await config.get(KEY)
  if (!agreed) throw new Error(`the shared setting "${KEY}" vanished`)
  return Buffer.from(agreed, 'base64url')
}
