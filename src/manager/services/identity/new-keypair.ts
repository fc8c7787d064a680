import type { Store } from '../../../db/store.ts'
import { generateAccessKey, generateSecretKey } from '../../../lib/keys.ts'
import type { IdentityContext } from './context.ts'

export type KeypairRow = Store['tables']['keypairs']['$inferSelect']

export interface KeypairOwner {
  uuid: string
  email: string
}
export interface KeypairSettings {
  isActive: boolean
  isAdmin: boolean
  resourcePolicy: string
  /** Requests per 15 minutes. */
  rateLimit: number
}

/** A keypair with new keys, not yet stored. */
export async function newKeypair(
  { ports, random, newSshKeypair }: IdentityContext,
  owner: KeypairOwner,
  settings: KeypairSettings,
): Promise<KeypairRow> {
  const accessKey = generateAccessKey(random)
  const ssh = await newSshKeypair(`${accessKey}@backend.ai`)
  const at = new Date(ports.clock.now())
  return {
    accessKey,
    secretKey: generateSecretKey(random),
    userId: owner.email,
    user: owner.uuid,
    ...settings,
    createdAt: at,
    modifiedAt: at,
    lastUsed: null,
    numQueries: 0,
    sshPublicKey: ssh.publicKey,
    sshPrivateKey: ssh.privateKey,
    dotfiles: [],
    bootstrapScript: '',
  }
}
