import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { Problem } from '../../../core/problem.ts'
import { generateSshKeypair, type SshKeypair, sshKeypairFault } from '../../../lib/ssh-keypair.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const keyText = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(16_384))

/** The SSH key that sessions of this keypair trust. */
export function sshKeypairRoutes({ store, clock }: Pick<ManagerPorts, 'store' | 'clock'>): readonly Route[] {
  const { keypairs } = store.tables

  const save = async (requester: Requester, pair: SshKeypair) => {
    await store.tx(async (tx) => {
      await tx
        .update(keypairs)
        .set({
          sshPublicKey: pair.publicKey,
          sshPrivateKey: pair.privateKey,
          modifiedAt: new Date(clock.now()),
        })
        .where(eq(keypairs.accessKey, requester.accessKey))
    })
    return json({ ssh_public_key: pair.publicKey, ssh_private_key: pair.privateKey })
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/auth/ssh-keypair',
      summary: 'Show your public SSH key',
      auth: 'user',
      handler: async ({ requester }) => {
        const [row] = await store.db
          .select({ publicKey: keypairs.sshPublicKey })
          .from(keypairs)
          .where(eq(keypairs.accessKey, requester.accessKey))
        return json({ ssh_public_key: row?.publicKey ?? '' })
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/auth/ssh-keypair',
      summary: 'Generate a new SSH keypair',
      auth: 'user',
      handler: async ({ requester }) =>
        save(requester, await generateSshKeypair(`${requester.accessKey}@backend.ai`)),
    }),
    defineRoute({
      method: 'POST',
      path: '/auth/ssh-keypair',
      summary: 'Upload an SSH keypair',
      auth: 'user',
      params: v.object({ pubkey: keyText, privkey: keyText }),
      handler: async ({ params, requester }) => {
        const pair = { publicKey: params.pubkey, privateKey: `${params.privkey}\n` }
        const fault = await sshKeypairFault(pair)
        if (fault) throw new Problem('invalid-api-params', { msg: fault, data: { pubkey: fault } })
        return await save(requester, pair)
      },
    }),
  ]
}
