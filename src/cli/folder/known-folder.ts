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
    const names = await folderNames(context).catch((): string[] => [])
    // It is there, so the server's words say what is wrong with it.
    if (names.includes(folder))
      throw new CliError(`The folder "${folder}" is not yours to do this with.`, { cause: error })
    const close = closest(folder, names)
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
