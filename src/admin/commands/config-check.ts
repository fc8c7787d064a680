import type { Command } from 'commander'
import { formatIssue } from '../../config/config-error.ts'
import { AdminError } from '../admin-error.ts'
import { type CheckResult, checkConfigFile } from '../config-check.ts'
import type { Session } from '../session.ts'

export function addConfigCheckCommand(program: Command, session: Session): void {
  const config = program.command('config').description('configuration files')
  config
    .command('check <file...>')
    .description("say what is wrong or without effect in configuration files, ours or the original's")
    .addHelpText('after', '\nExit code 2 when a file cannot be used.')
    .action((files: string[]) => {
      const results = files.map((file) => checkConfigFile(file, session.io.cwd))
      session.print(results.map(describe).join('\n'), results)
      const wrong = results.filter((result) => result.errors.length > 0).length
      if (wrong > 0) throw new AdminError(`${wrong} of ${results.length} files cannot be used`, 2)
    })
}

function describe({ file, kind, errors, ignored, pending }: CheckResult): string {
  const verdict = errors.length > 0 ? `${errors.length} wrong` : 'ok'
  const lines = errors.map((issue) => `  ${formatIssue({ ...issue, source: 'wrong' })}`)
  const without = ignored.length > 0 ? [`  without effect here: ${ignored.join(', ')}`] : []
  const yet = pending.length > 0 ? [`  without effect in this version: ${pending.join(', ')}`] : []
  return [`${file} (${kind}): ${verdict}`, ...lines, ...without, ...yet].join('\n')
}
