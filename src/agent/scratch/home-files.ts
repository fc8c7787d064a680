import { posix } from 'node:path'
import * as v from 'valibot'
import type { KernelConfig } from '../../wire/agent-rpc.ts'
import { CONTAINER_PATHS } from '../../wire/runner-environ.ts'
import { AgentError } from '../agent-error.ts'
import { HOME_SEED } from './home-seed.ts'
import type { ScratchFile } from './scratch.ts'

const dotfiles = v.array(v.object({ path: v.string(), perm: v.string(), data: v.string() }))
const sshKeypair = v.object({ public_key: v.string(), private_key: v.string() })

/**
 * The files of a new /home/work: seed, bootstrap script, the user's ssh key and dotfiles; later ones win.
 * @throws AgentError InvalidKernelConfig when a dotfile points out of the home folder.
 */
export function homeFiles({ bootstrapScript, internalData, mounts }: KernelConfig): ScratchFile[] {
  const files = new Map(HOME_SEED.map((file) => [file.path, file]))
  const put = (file: ScratchFile) => files.set(file.path, file)
  if (bootstrapScript !== null) put({ path: 'bootstrap.sh', content: bootstrapScript, mode: 0o755 })
  const keys = v.safeParse(sshKeypair, internalData.ssh_keypair)
  const sshIsFolder = mounts.some(({ kernelPath }) => relativeToHome(kernelPath) === '.ssh')
  if (keys.success && !sshIsFolder) {
    put({ path: '.ssh/authorized_keys', content: keys.output.public_key, mode: 0o600 })
    put({ path: '.ssh/id_rsa', content: keys.output.private_key, mode: 0o600 })
    put({ path: 'id_container', content: keys.output.private_key, mode: 0o600 })
  }
  const given = v.safeParse(dotfiles, internalData.dotfiles ?? [])
  if (!given.success) throw new AgentError('InvalidKernelConfig', 'dotfiles: expected [{path, perm, data}]')
  for (const { path, perm, data } of given.output) {
    const inside = relativeToHome(path)
    if (inside === null)
      throw new AgentError('InvalidKernelConfig', `dotfile "${path}" is outside /home/work`)
    if (!/^[0-7]{3,4}$/.test(perm))
      throw new AgentError('InvalidKernelConfig', `dotfile "${path}": bad mode "${perm}"`)
    put({ path: inside, content: data, mode: Number.parseInt(perm, 8) & 0o777 })
  }
  return [...files.values()]
}

/** Path below /home/work, or null when it leaves it. */
export function relativeToHome(path: string): string | null {
  const absolute = posix.resolve(CONTAINER_PATHS.work, path)
  const inside = posix.relative(CONTAINER_PATHS.work, absolute)
  return inside === '' || inside.startsWith('..') ? null : inside
}
