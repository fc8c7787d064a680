import type { Dotfile } from '../../../db/tables/accounts.ts'
import type { Owner } from './owner.ts'
import type { Scope } from './scope.ts'

/** What kernels need of their owner beside the request: dotfiles, ssh keys, sudo. */
export async function internalData(
  owner: Owner,
  scope: Scope,
  clusterSize: number,
): Promise<Record<string, unknown>> {
  const { sshPublicKey, sshPrivateKey } = owner.keypair
  return {
    dotfiles: mergeDotfiles(owner.keypair.dotfiles, scope.project.dotfiles, scope.domain.dotfiles),
    ...(sshPublicKey && sshPrivateKey
      ? { ssh_keypair: { public_key: sshPublicKey, private_key: sshPrivateKey } }
      : {}),
    ...(owner.user.sudoSessionEnabled ? { sudo_session_enabled: true } : {}),
    ...(clusterSize > 1 ? { cluster_ssh_keypair: await clusterSshKeypair() } : {}),
  }
}

/** Those of the keypair win over the project's, and these over the domain's. */
function mergeDotfiles(...byRank: (readonly Dotfile[])[]): Dotfile[] {
  const merged = new Map<string, Dotfile>()
  for (const list of byRank.toReversed()) for (const file of list) merged.set(file.path, file)
  return [...merged.values()]
}

export interface SshKeypair {
  privateKey: string
  publicKey: string
}

/** One RSA-2048 key per cluster session, with which its kernels reach each other. */
async function clusterSshKeypair(): Promise<SshKeypair> {
  const { utils } = await import('ssh2')
  return await new Promise((resolve, reject) => {
    utils.generateKeyPair('rsa', { bits: 2048, comment: 'work@cluster' }, (error, keys) => {
      if (error) reject(error)
      else resolve({ privateKey: keys.private, publicKey: keys.public })
    })
  })
}
