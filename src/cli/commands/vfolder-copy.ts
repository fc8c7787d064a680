import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { onFolder } from '../folder/known-folder.ts'
import { saveDownload } from '../folder/save-download.ts'
import { subcommand } from '../global-options.ts'

/** A path here, or one inside a folder. */
type Place = { folder: string; path: string } | { folder: null; path: string }

export const defineFolderCopy: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'cp',
    usage: '[options] <FROM...> <TO>',
    summary: 'copy files between here and a folder',
    examples: ['vfolder cp train.csv data:sets/', 'vfolder cp data:result.csv data:log.txt out'],
  })
    .argument('<PATHS...>', 'paths here or FOLDER:PATH; the last one is where to')
    .action(
      bind(async ({ context, args }) => {
        const places = args.map(placeOf)
        const to = places.at(-1)
        const from = places.slice(0, -1)
        if (!to || from.length === 0) throw usageError('What is copied, and where to?')
        if (from.some(({ folder }) => (folder === null) === (to.folder === null))) {
          throw usageError(
            'Files are copied between here and a folder.',
            'Write paths of folders as FOLDER:PATH.',
          )
        }
        const copied: string[] = []
        for (const each of from) copied.push(await copy(context, each, to, from.length > 1))
        if (context.out.isJson) context.out.json({ copied })
        context.out.done(`Copied ${copied.length} file${copied.length === 1 ? '' : 's'}.`)
        return EXIT.ok
      }),
    )
}

function placeOf(word: string): Place {
  // A drive letter of Windows is no folder.
  const match = /^([^:/\\]{2,}):(.*)$/s.exec(word)
  return match?.[1] ? { folder: match[1], path: match[2] ?? '' } : { folder: null, path: word }
}

async function copy(context: CommandContext, from: Place, to: Place, isMany: boolean): Promise<string> {
  const { io, signal } = context
  const client = await context.client()
  const name = basename(from.path)
  if (to.folder !== null) {
    const target =
      isMany || to.path === '' || to.path.endsWith('/') ? `${to.path.replace(/\/?$/, '/')}${name}` : to.path
    const clean = target.replace(/^\/+/, '')
    const local = resolve(io.cwd, from.path)
    if (!(await stat(local).catch(() => null))?.isFile()) throw usageError(`${from.path} is no file here.`)
    const { folder } = to
    await onFolder(context, folder, () => client.vfolders.upload(folder, clean, Bun.file(local), { signal }))
    return `${folder}:${clean}`
  }
  const { folder } = from
  if (folder === null) throw usageError(`${from.path} is here already.`)
  const place = resolve(io.cwd, to.path)
  const isDirectory = isMany || (await stat(place).catch(() => null))?.isDirectory() === true
  const target = isDirectory || to.path.endsWith('/') ? join(place, name) : place
  const download = await onFolder(context, folder, () =>
    client.vfolders.download(folder, from.path, { signal }),
  )
  await saveDownload(download, target)
  return target
}
