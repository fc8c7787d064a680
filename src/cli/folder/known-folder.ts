import { ApiError } from '../../client/errors.ts'
import type { CommandContext } from '../command-context.ts'
import { CliError } from '../exit-code.ts'
import { closest } from '../session/closest.ts'

/** Runs `work` on a folder; when the server knows no such folder, the error lists names that are close. */
export async function onFolder<T>(
  context: CommandContext,
  folder: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isUnknown =
      error instanceof ApiError && error.kind === 'object-not-found' && /folder/i.test(error.title)
    if (!isUnknown) throw error
    const close = closest(folder, await folderNames(context).catch(() => []))
    const hint =
      close.length > 0 ? `Did you mean: ${close.join(', ')}?` : '"backend.ai vfolder list" shows them all.'
    throw new CliError(`There is no folder "${folder}".`, { hints: [hint], cause: error })
  }
}

/** Names of folders that one may use. */
export async function folderNames(context: CommandContext): Promise<string[]> {
  const client = await context.client()
  const folders = await client.vfolders.list({}, context.signal)
  return [...new Set(folders.map(({ name }) => name))]
}
