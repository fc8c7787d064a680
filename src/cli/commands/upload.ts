import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { onSession } from '../session/known-session.ts'
import { readUploads } from '../session/upload-files.ts'
import { ownerOption } from '../spelled-option.ts'

interface UploadFlags {
  basedir?: string
  owner?: string
}

export const defineUpload: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'upload',
    usage: '[options] <SESSION> <FILES...>',
    summary: 'copy files into a session',
    examples: ['upload mysession train.py data/small.csv'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('<FILES...>', 'files of at most 1 MiB; they keep their relative path')
    .option('--basedir <DIR>', 'file names are relative to this directory')
    .addOption(ownerOption())
    .action(
      bind<UploadFlags>(async ({ context, options, args }) => {
        const [session = '', ...paths] = args
        const files = await readUploads(paths, context.io.cwd, options.basedir)
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal: context.signal }
        await onSession(context, session, () => client.sessions.upload(session, files, ref))
        if (context.out.isJson) context.out.json({ session, files: files.map(({ path }) => path) })
        context.out.done(`Uploaded ${files.length} file${files.length === 1 ? '' : 's'} into ${session}.`)
        return EXIT.ok
      }),
    )
}
