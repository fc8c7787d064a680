import { randomUUID } from 'node:crypto'
import { type RandomBytes, systemRandom } from '../../../lib/keys.ts'
import { hashPassword } from '../../../lib/password-hash.ts'
import { generateSshKeypair, type SshKeypair } from '../../../lib/ssh-keypair.ts'
import type { ManagerPorts } from '../../context.ts'

/** What the services of accounts and policies work with. */
export interface IdentityContext {
  readonly ports: Pick<ManagerPorts, 'store' | 'config' | 'clock' | 'schedulers'>
  readonly newId: () => string
  readonly random: RandomBytes
  readonly hashPassword: (password: string) => Promise<string>
  readonly newSshKeypair: (comment: string) => Promise<SshKeypair>
}

/** The services over the manager's ports, with the machine's own chance. */
export const identityContext = (
  ports: IdentityContext['ports'],
  chance: Partial<Omit<IdentityContext, 'ports'>> = {},
): IdentityContext => ({
  ports,
  newId: randomUUID,
  random: systemRandom,
  hashPassword,
  newSshKeypair: generateSshKeypair,
  ...chance,
})
