import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineUpdatePasswordNoAuth: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'update-password-no-auth',
    summary: 'renew a password that has expired',
    examples: ['update-password-no-auth default me@example.com OLD NEW'],
  })
    .argument('<DOMAIN>', 'domain of the account')
    .argument('<EMAIL>', 'e-mail address of the account')
    .argument('<OLD>', 'the expired password')
    .argument('<NEW>', 'the new password')
    .action(
      bind(async ({ context, args }) => {
        const [domain = '', username = '', currentPassword = '', newPassword = ''] = args
        const { client } = await context.anonymous()
        await client.auth.updateExpiredPassword({ domain, username, currentPassword, newPassword })
        if (context.out.isJson) context.out.json({ updated: true })
        context.out.done(`The password of ${username} is changed.`)
        return EXIT.ok
      }),
    )
}
