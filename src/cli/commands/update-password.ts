import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineUpdatePassword: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'update-password',
    usage: '[options] [OLD NEW NEW_AGAIN]',
    summary: 'change your password',
    examples: ['update-password'],
  })
    .argument('[OLD]', 'the password of now; all three are asked for by default')
    .argument('[NEW]', 'the new password')
    .argument('[NEW_AGAIN]', 'the new password again')
    .action(
      bind(async ({ context, args }) => {
        const given = args.length > 0 ? args : await askAll(context)
        const [old = '', wanted = '', again = ''] = given
        if (given.length < 3 || old === '' || wanted === '') {
          throw usageError('The old password and the new one, twice, are needed.')
        }
        if (wanted !== again) throw usageError('The new passwords differ.')
        await (await context.client()).auth.updatePassword(old, wanted)
        if (context.out.isJson) context.out.json({ updated: true })
        context.out.done('Your password is changed.')
        return EXIT.ok
      }),
    )
}

async function askAll({ io }: CommandContext): Promise<string[]> {
  const answers: string[] = []
  for (const question of ['Old password: ', 'New password: ', 'New password again: ']) {
    io.stderr.write(question)
    answers.push((await io.stdin.readSecret()) ?? '')
  }
  return answers
}
