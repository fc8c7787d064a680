import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import type { TarEntry } from '../../client/tar.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { onSession } from '../session/known-session.ts'
import { ownerOption } from '../spelled-option.ts'

interface DownloadFlags {
  dest: string
  owner?: string
}

export const defineDownload: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'download',
    usage: '[options] <SESSION> <PATHS...>',
    summary: 'copy files out of a session',
    examples: ['download mysession result.csv --dest out'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('<PATHS...>', 'files or directories, relative to /home/work')
    .option('--dest <DIR>', 'local directory', '.')
    .addOption(ownerOption())
    .action(
      bind<DownloadFlags>(async ({ context, options, args }) => {
        const [session = '', ...paths] = args
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal: context.signal }
        const entries = await onSession(context, session, () => client.sessions.download(session, paths, ref))
        const directory = resolve(context.io.cwd, options.dest)
        for (const entry of entries) await extract(entry, directory)
        const named = (wanted: TarEntry['kind']): string[] =>
          entries.filter(({ kind }) => kind === wanted).map(({ path }) => path)
        const files = named('file')
        const others = named('other')
        if (files.length === 0) throw nothingCame(paths, others)
        if (context.out.isJson) context.out.json({ session, directory, files, left_out: others })
        if (others.length > 0) context.out.warn(leftOut(others))
        context.out.done(`Downloaded ${files.length} file${files.length === 1 ? '' : 's'} into ${directory}.`)
        return EXIT.ok
      }),
    )
}

const leftOut = (others: readonly string[]): string =>
  `Left out, as only files and folders are copied: ${others.join(', ')}.`

const nothingCame = (paths: readonly string[], others: readonly string[]): CliError =>
  new CliError(`There is no file to download in ${paths.join(', ')}.`, {
    hints: [others.length > 0 ? leftOut(others) : 'Links, pipes and devices are not copied.'],
  })

/** Writes below `directory` only, whatever the archive says. */
export async function extract(entry: TarEntry, directory: string): Promise<void> {
  if (entry.kind === 'other') return
  const path = resolve(directory, entry.path)
  const inside = relative(directory, path)
  if (inside.startsWith('..') || resolve(directory, inside) !== path) {
    throw new CliError(`The archive names a file outside of ${directory}: ${entry.path}`)
  }
  if (entry.kind === 'directory') {
    await mkdir(path, { recursive: true })
    return
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, entry.content, { mode: (entry.mode & 0o777) | 0o600 })
  await utimes(path, entry.mtime, entry.mtime)
}
