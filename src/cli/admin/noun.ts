import type { Client } from '../../client/client.ts'
import { ApiError } from '../../client/errors.ts'
import type { CommandContext } from '../command-context.ts'
import { CliError } from '../exit-code.ts'
import { closest } from '../session/closest.ts'

/** A kind of thing that commands name. */
export interface Noun {
  /** `domain`, `resource group`… */
  one: string
  /** The command that lists them, without the program's name. */
  list: string
  /** Null when there is none of this name. */
  find: (client: Client, name: string) => Promise<unknown>
  names: (client: Client) => Promise<string[]>
}

/** Runs `work` on a named thing; when there is none of that name, the error lists names that are close. */
export async function onNamed<T>(
  context: CommandContext,
  noun: Noun,
  name: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await context.client()
  try {
    return await work(client)
  } catch (error) {
    const isRefusal = error instanceof ApiError && (error.status === 400 || error.status === 404)
    if (!isRefusal || (await isThere(client, noun, name))) throw error
    throw await unknownName(context, noun, name, error)
  }
}

/** What is not null; else the error that there is none of this name. */
export async function known<T>(
  context: CommandContext,
  noun: Noun,
  name: string,
  item: T | null | undefined,
): Promise<T> {
  if (item) return item
  throw await unknownName(context, noun, name)
}

async function unknownName(
  context: CommandContext,
  noun: Noun,
  name: string,
  cause?: unknown,
): Promise<CliError> {
  const names = await noun.names(await context.client()).catch(() => [])
  const close = closest(name, names)
  const hint =
    close.length > 0 ? `Did you mean: ${close.join(', ')}?` : `"backend.ai ${noun.list}" lists what there is.`
  return new CliError(`There is no ${noun.one} "${name}".`, { hints: [hint], cause })
}

/** When nobody can tell, the server's own words are better. */
async function isThere(client: Client, noun: Noun, name: string): Promise<boolean> {
  try {
    return (await noun.find(client, name)) !== null
  } catch (error) {
    return !(error instanceof ApiError && error.status === 404)
  }
}
