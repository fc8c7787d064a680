import { randomBytes } from 'node:crypto'
import type { SharedConfig } from '../../config/shared.ts'
import { curvePublicKey, generateCurveKeypair } from '../../wire/zeromq/curve.ts'

/** What all managers of a cluster share towards agents. */
export interface LinkSecrets {
  /** CURVE keys of the managers, Z85. */
  publicKey: string
  secretKey: string
  /** What an agent must know to be let in. */
  secret: string
}

/** Below `secrets/`, which the REST API never shows. */
const KEY = 'secrets/agent-link'

/** Reads the secrets, made at the first call of the first manager; of two at once, both end up with the same. */
export async function linkSecrets(config: SharedConfig): Promise<LinkSecrets> {
  const found = await read(config)
  if (found) return found
  const { publicKey, secretKey } = await generateCurveKeypair()
  const made = JSON.stringify({ publicKey, secretKey, secret: randomBytes(32).toString('base64url') })
  await config.setIfAbsent(KEY, made)
  const agreed = await read(config)
  if (!agreed) throw new Error(`the shared setting "${KEY}" vanished`)
  return agreed
}

async function read(config: SharedConfig): Promise<LinkSecrets | null> {
  const text = await config.get(KEY)
  if (!text) return null
  const { secretKey, secret } = JSON.parse(text) as LinkSecrets
  return { publicKey: await curvePublicKey(secretKey), secretKey, secret }
}
