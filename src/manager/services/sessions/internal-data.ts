import { Problem } from '../../../core/problem.ts'
import type { Dotfile } from '../../../db/tables/accounts.ts'
import type { MountRecord } from '../../../db/tables/sessions.ts'
import { generateSshKeypair } from '../../../lib/ssh-keypair.ts'
import { pathInHome } from '../dotfiles/dotfile-list.ts'
import type { Owner } from './owner.ts'
import type { Scope } from './scope.ts'

/** What kernels need of their owner beside the request: dotfiles, ssh keys, sudo. */
export async function internalData(
  owner: Owner,
  scope: Scope,
  clusterSize: number,
  mounts: readonly Pick<MountRecord, 'name' | 'kernelPath'>[],
): Promise<Record<string, unknown>> {
  const { sshPublicKey, sshPrivateKey } = owner.keypair
  const dotfiles = mergeDotfiles(owner.keypair.dotfiles, scope.project.dotfiles, scope.domain.dotfiles)
  checkDotfiles(dotfiles, mounts)
  return {
    dotfiles,
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
  for (const list of byRank.toReversed()) {
    for (const file of list) merged.set(pathInHome(file.path) ?? file.path, file)
  }
  return [...merged.values()]
}

/** A file cannot be where a folder is mounted. */
function checkDotfiles(
  files: readonly Dotfile[],
  mounts: readonly Pick<MountRecord, 'name' | 'kernelPath'>[],
): void {
  for (const { name, kernelPath } of mounts) {
    const file = files.find(({ path }) => pathInHome(path) === pathInHome(kernelPath))
    if (!file) continue
    throw new Problem('invalid-api-params', {
      msg: `The folder "${name}" cannot be mounted where the dotfile "${file.path}" is.`,
      data: { mounts: name },
    })
  }
}
