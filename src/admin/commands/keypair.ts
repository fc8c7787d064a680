import type { Command } from 'commander'
import { generateAccessKey, generateSecretKey } from '../../lib/keys.ts'
import type { Session } from '../session.ts'

export function addGenerateKeypairCommand(mgr: Command, session: Session): void {
  mgr
    .command('generate-keypair')
    .description('make an access key and a secret key, for fixtures; nothing is stored')
    .action(() => {
      const keypair = { accessKey: generateAccessKey(), secretKey: generateSecretKey() }
      session.print(`Access Key: ${keypair.accessKey}\nSecret Key: ${keypair.secretKey}`, keypair)
    })
}
