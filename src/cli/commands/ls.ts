import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { onSession } from '../session/known-session.ts'
import { sizeText } from '../sizes.ts'
import { ownerOption } from '../spelled-option.ts'
import { ago } from '../times.ts'

export const defineLs: Define = (parent, bind) => {
  subcommand(parent, { name: 'ls', summary: 'list files in a session', examples: ['ls mysession data'] })
    .argument('<SESSION>', 'name or id')
    .argument('[PATH]', 'directory, below /home/work', '.')
    .addOption(ownerOption())
    .action(
      bind<{ owner?: string }>(async ({ context, options, args }) => {
        const { out, io, signal } = context
        const [session = '', path = '.'] = args
        const client = await context.client()
        const { files, absolutePath } = await onSession(context, session, () =>
          client.sessions.listFiles(session, path, { ownerAccessKey: options.owner, signal }),
        )
        if (out.isJson) {
          out.json({ path: absolutePath, files })
          return EXIT.ok
        }
        out.info(absolutePath)
        const now = io.now()
        out.table(
          [{ title: 'MODE' }, { title: 'SIZE', align: 'right' }, { title: 'CHANGED' }, { title: 'NAME' }],
          files.map((file) => [
            file.mode,
            sizeText(file.size),
            ago(file.mtime * 1000, now),
            file.mode.startsWith('d') ? `${file.filename}/` : file.filename,
          ]),
        )
        return EXIT.ok
      }),
    )
}
