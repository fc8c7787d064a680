import type { Command } from 'commander'
import { generatePassword } from '../../lib/keys.ts'
import { AdminError } from '../admin-error.ts'
import { readText } from '../read-text.ts'
import type { Session } from '../session.ts'

interface Flags {
  passwordFile?: string
  keep?: boolean
}

export function addUserCommands(mgr: Command, session: Session): void {
  const user = mgr.command('user').description('accounts, for those who are locked out')
  user
    .command('reset-password')
    .description('give a user a new password and print it')
    .argument('<email>')
    .option('--password-file <file>', 'take it from a file, or "-" for standard input')
    .option('--keep', 'do not ask the user to change it at the next login')
    .addHelpText('after', '\nExample:\n  backendai mgr user reset-password admin@default')
    .action(async (email: string, { passwordFile, keep }: Flags) => {
      const given = passwordFile === undefined ? null : await passwordIn(passwordFile, session)
      const password = given ?? generatePassword()
      const result = await session.run('mgr user reset-password', (admin) =>
        admin.call('user.reset-password', { email, password, mustChange: keep !== true }),
      )
      const inactive = result.status === 'active' ? '' : ` (the account is ${result.status})`
      const shown = given === null ? { ...result, password } : result
      session.print(given === null ? `${password}` : `the password of ${email} is changed${inactive}`, shown)
      if (given === null && inactive !== '' && !session.json) session.io.stderr(`${email}${inactive}\n`)
    })
}

async function passwordIn(file: string, { io }: Session): Promise<string> {
  const text = await readText(file === '-' ? '-' : `@${file}`, io)
  const password = text.replace(/\r?\n$/, '')
  if (password === '') throw new AdminError(`${file}: the password is empty`, 2)
  return password
}
