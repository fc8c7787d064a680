import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { Client } from '../../client/client.ts'
import type { TransferOptions } from '../../client/vfolder-transfer.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { onFolder } from '../folder/known-folder.ts'
import { localFiles } from '../folder/local-files.ts'
import { explainDownload, localPath, saveDownload } from '../folder/save-download.ts'
import { subcommand } from '../global-options.ts'
import { wholeNumber } from '../list/list-flags.ts'
import { createProgress, type Progress } from '../progress.ts'
import { pairs } from '../session/session-options.ts'
import { sizeText } from '../sizes.ts'

interface TransferFlags {
  baseDir?: string
  recursive?: boolean
  chunkSize?: number
  overrideStorageProxy?: Record<string, string>
  maxRetries?: number
}

const addTransferOptions = (command: Command): Command =>
  command
    .option('-b, --base-dir <DIR>', 'local directory that file names begin at')
    .option('-r, --recursive', 'directories with what is in them')
    .option('--chunk-size <SIZE>', 'bytes of one request (16m)', size)
    .option('--max-retries <COUNT>', 'take up a broken transfer this often (20)', wholeNumber)
    .option('--override-storage-proxy <FROM=TO>', 'address to use in place of another', (text) =>
      pairs(text.split(','), '--override-storage-proxy'),
    )

export const defineFolderTransfer: Define = (parent, bind) => {
  const upload = subcommand(parent, {
    name: 'upload',
    usage: '[options] <FOLDER> <FILES...>',
    summary: 'copy files into a folder',
    examples: ['vfolder upload data train.csv', 'vfolder upload -r -b src data src/images'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<FILES...>', 'they keep their path below the base directory')
  addTransferOptions(upload).action(
    bind<TransferFlags>(({ context, options, args: [folder = '', ...files] }) =>
      onFolder(context, folder, () => uploadAll(context, folder, files, options)),
    ),
  )

  const download = subcommand(parent, {
    name: 'download',
    usage: '[options] <FOLDER> <FILES...>',
    summary: 'copy files out of a folder',
    examples: ['vfolder download data result.csv', 'vfolder download -r -b out data images'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<FILES...>', 'they keep their path below the base directory')
  addTransferOptions(download).action(
    bind<TransferFlags>(({ context, options, args: [folder = '', ...files] }) =>
      onFolder(context, folder, () => downloadAll(context, folder, files, options)),
    ),
  )

  subcommand(parent, {
    name: 'request-download',
    summary: 'print an address where a file can be fetched',
    examples: ['vfolder request-download data result.csv'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<FILE>', 'path inside it')
    .action(
      bind(async ({ context, args: [folder = '', path = ''] }) => {
        const client = await context.client()
        const ticket = await onFolder(context, folder, () =>
          client.vfolders.requestDownload(folder, path, {}, context.signal),
        )
        if (context.out.isJson) context.out.json(ticket)
        else context.out.text(`${ticket.url}?token=${ticket.token}`)
        return EXIT.ok
      }),
    )
}

async function uploadAll(
  context: CommandContext,
  folder: string,
  paths: readonly string[],
  flags: TransferFlags,
): Promise<number> {
  const { out, io } = context
  const client = await context.client()
  const files = await localFiles(paths, {
    cwd: io.cwd,
    base: flags.baseDir,
    isRecursive: flags.recursive === true,
  })
  const progress = createProgress(io, { isSilent: out.isJson })
  try {
    for (const file of files) {
      const options = transferOptions(context, flags, progress, file.target)
      const chunk = flags.chunkSize === undefined ? {} : { chunkBytes: flags.chunkSize }
      await client.vfolders.upload(folder, file.target, Bun.file(file.path), { ...options, ...chunk })
    }
  } finally {
    progress.stop()
  }
  if (out.isJson)
    out.json({ folder, files: files.map(({ target, size: bytes }) => ({ path: target, size: bytes })) })
  out.done(`Uploaded ${countOf(files.length)} into ${folder}.`)
  return EXIT.ok
}

async function downloadAll(
  context: CommandContext,
  folder: string,
  paths: readonly string[],
  flags: TransferFlags,
): Promise<number> {
  const { out, io } = context
  const client = await context.client()
  const directory = resolve(io.cwd, flags.baseDir ?? '.')
  const names: string[] = []
  for (const path of paths) names.push(...(flags.recursive ? await below(client, folder, path) : [path]))
  const saved: { path: string; size: number }[] = []
  const progress = createProgress(io, { isSilent: out.isJson })
  try {
    for (const name of names) {
      const target = localPath(directory, name)
      const options = transferOptions(context, flags, progress, name)
      const bytes = await client.vfolders
        .download(folder, name, options)
        .then((download) => saveDownload(download, target))
        .catch((error: unknown) => {
          throw explainDownload(error, name)
        })
      saved.push({ path: target, size: bytes })
    }
  } finally {
    progress.stop()
  }
  if (out.isJson) out.json({ folder, files: saved })
  out.done(`Downloaded ${countOf(saved.length)} into ${directory}.`)
  return EXIT.ok
}

/** The files below a path of a folder, or the path itself when it is a file. */
async function below(client: Client, folder: string, path: string): Promise<string[]> {
  const clean = path.replace(/^\.?\/+/, '').replace(/\/+$/, '') || '.'
  const parent = clean.includes('/') ? clean.slice(0, clean.lastIndexOf('/')) : '.'
  const name = clean.slice(clean.lastIndexOf('/') + 1)
  if (clean !== '.') {
    const entry = (await client.vfolders.listFiles(folder, parent)).find((file) => file.name === name)
    if (entry?.type !== 'DIRECTORY') return [clean]
  }
  const found: string[] = []
  for (const file of await client.vfolders.listFiles(folder, clean)) {
    const inside = clean === '.' ? file.name : `${clean}/${file.name}`
    if (file.type === 'DIRECTORY') found.push(...(await below(client, folder, inside)))
    else if (file.type === 'FILE') found.push(inside)
  }
  return found
}

function transferOptions(
  { signal, io }: CommandContext,
  flags: TransferFlags,
  progress: Progress,
  name: string,
): TransferOptions {
  progress.step(name)
  const onProgress = (done: number, total: number): void =>
    progress.step(`${name}: ${sizeText(done)} of ${sizeText(total)}`)
  return {
    signal,
    // Elsewhere every step would be a line.
    ...(io.stderr.isTTY ? { onProgress } : {}),
    ...(flags.maxRetries === undefined ? {} : { maxRetries: flags.maxRetries }),
    ...(flags.overrideStorageProxy ? { addresses: flags.overrideStorageProxy } : {}),
  }
}

const countOf = (count: number): string => `${count} file${count === 1 ? '' : 's'}`

const FACTORS: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** `16m`, `16M`, `16MiB` or bytes. */
function size(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i.exec(text)
  const bytes = Math.round(Number(match?.[1]) * (FACTORS[match?.[2]?.toLowerCase() ?? ''] ?? 1))
  if (match && bytes > 0) return bytes
  throw new InvalidArgumentError('Expected a size such as 16m.')
}
