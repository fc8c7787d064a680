import type { SshKeypair } from '../../client/auth.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { readInput } from '../read-input.ts'

export const defineSshKeypair: Define = (parent, bind) => {
  const group = subcommand(parent, {
    name: 'ssh-keypair',
    usage: '<command>',
    summary: 'the SSH key that your sessions trust',
    examples: ['ssh-keypair show', 'ssh-keypair upload ~/.ssh/id_rsa.pub ~/.ssh/id_rsa'],
  }).enablePositionalOptions()

  subcommand(group, { name: 'show', summary: 'print the public key', examples: ['ssh-keypair show'] }).action(
    bind(async ({ context }) => {
      const key = await (await context.client()).auth.sshPublicKey()
      if (context.out.isJson) context.out.json({ ssh_public_key: key })
      else if (key === '')
        throw new CliError('There is no key yet.', { hints: ['"ssh-keypair renew" makes one.'] })
      else context.out.text(key.trimEnd())
      return EXIT.ok
    }),
  )

  subcommand(group, {
    name: 'renew',
    aliases: ['refresh'],
    summary: 'make a new pair and print its private key',
    examples: ['ssh-keypair renew > ~/.ssh/id_backendai'],
  }).action(
    bind(async ({ context }) => {
      await confirm(context, 'Replace the SSH key of your sessions?')
      const pair = await (await context.client()).auth.renewSshKeypair()
      return print(context, pair, 'This is the only time that the private key is shown.')
    }),
  )

  subcommand(group, {
    name: 'upload',
    summary: 'use a pair of your own',
    examples: ['ssh-keypair upload ~/.ssh/id_rsa.pub ~/.ssh/id_rsa'],
  })
    .argument('<PUBLIC>', 'file of the public key')
    .argument('<PRIVATE>', 'file of the private key')
    .action(
      bind(async ({ context, args: [publicFile = '', privateFile = ''] }) => {
        const [publicKey, privateKey] = [
          await readInput(context, publicFile),
          await readInput(context, privateFile),
        ]
        await (await context.client()).auth.uploadSshKeypair(publicKey, privateKey)
        if (context.out.isJson) context.out.json({ ssh_public_key: publicKey.trim() })
        context.out.done('New sessions trust your key.')
        return EXIT.ok
      }),
    )
}

function print({ out }: CommandContext, pair: SshKeypair, message: string): number {
  if (out.isJson) out.json(pair)
  else out.text(pair.ssh_private_key.trimEnd())
  out.done(message)
  return EXIT.ok
}
