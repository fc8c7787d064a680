import type { Dotfile } from '../../../db/tables/accounts.ts'
import { generateSshKeypair } from '../../../lib/ssh-keypair.ts'
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
    ...(clusterSize > 1 ? { cluster_ssh_keypair: await generateSshKeypair('work@cluster') } : {}),
  }
}

/** Those of the keypair win over the project's, and these over the domain's. */
function mergeDotfiles(...byRank: (readonly Dotfile[])[]): Dotfile[] {
  const merged = new Map<string, Dotfile>()
  for (const list of byRank.toReversed()) for (const file of list) merged.set(file.path, file)
  return [...merged.values()]
}
