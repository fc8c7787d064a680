import type { ErrorLog } from '../../client/error-logs.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { wholeNumber } from '../list/list-flags.ts'

interface LogFlags {
  markRead?: boolean
  pageSize: number
  pageNumber: number
}

export const defineServerLogs: Define = (parent, bind) => {
  const logs = subcommand(parent, {
    name: 'server-logs',
    usage: '<command>',
    summary: 'errors that servers and clients have reported',
    examples: ['server-logs list'],
  }).enablePositionalOptions()

  subcommand(logs, {
    name: 'list',
    summary: 'list reported errors, the newest first',
    examples: ['server-logs list --page-size 50', 'server-logs list --mark-read'],
  })
    .option('--mark-read', 'note that you have read them')
    .option('-l, --page-size <COUNT>', 'errors on a page', wholeNumber, 20)
    .option('-n, --page-number <NUMBER>', 'which page', wholeNumber, 1)
    .action(
      bind<LogFlags>(async ({ context, options }) => {
        const { out } = context
        const client = await context.client()
        const { logs: found, count } = await client.errorLogs.list(
          {
            isMarkedRead: options.markRead === true,
            pageSize: options.pageSize,
            pageNumber: options.pageNumber,
          },
          context.signal,
        )
        if (out.isJson) out.json({ logs: found, count })
        else if (found.length === 0) out.info('There are no logs.')
        else {
          out.text(found.map(textOf).join('\n\n'))
          const pages = Math.ceil(count / options.pageSize)
          out.info(`Page ${options.pageNumber} of ${pages}; ${count} in all.`)
        }
        return EXIT.ok
      }),
    )

  subcommand(logs, { name: 'clear', summary: 'hide a reported error', examples: ['server-logs clear ID'] })
    .argument('<LOG>', 'id of the error')
    .action(
      bind(async ({ context, args: [id = ''] }) => {
        await (await context.client()).errorLogs.clear(id)
        if (context.out.isJson) context.out.json({ id })
        context.out.done('It is not listed any more.')
        return EXIT.ok
      }),
    )
}

function textOf(log: ErrorLog): string {
  const request = log.request_url ? `  ${log.request_status ?? ''} ${log.request_url}` : null
  return [
    `${new Date(log.created_at * 1000).toISOString()} ${log.severity.toUpperCase()} ${log.source} (${log.log_id})`,
    `  ${log.message}`,
    request,
    log.traceback ? log.traceback.replace(/^/gm, '  ') : null,
  ]
    .filter((line) => line !== null)
    .join('\n')
}
