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

/** What `read` finds; else the error that there is none of this name, with names that are close. */
export async function findNamed<T>(
  context: CommandContext,
  noun: Noun,
  name: string,
  read: (client: Client) => Promise<T | null | undefined>,
): Promise<T> {
  const client = await context.client()
  const found = await orNull(read(client))
  if (found) return found
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
const isThere = (client: Client, noun: Noun, name: string): Promise<boolean> =>
  orNull(noun.find(client, name)).then(
    (found) => Boolean(found),
    () => true,
  )

/** Some fields of GraphQL are null for what is not there, others fail. */
async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found
  } catch (error) {
    if (error instanceof ApiError && isMissing(error)) return null
    throw error
  }
}

const MISSING = 'object-not-found'

const isMissing = ({ kind, data }: ApiError): boolean =>
  kind === MISSING || (Array.isArray(data) && data.some((each) => each?.extensions?.code === MISSING))
