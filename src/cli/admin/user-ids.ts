import type { CommandContext } from '../command-context.ts'
import { isUuid } from '../session/event-query.ts'
import { known } from './noun.ts'
import { USER } from './nouns.ts'

/** Ids of users that are named by them or by their e-mail addresses. */
export async function userIds(context: CommandContext, users: readonly string[]): Promise<string[]> {
  const client = await context.client()
  const idOf = async (user: string): Promise<string> => {
    if (isUuid(user)) return user
    return (await known(context, USER, user, await client.users.detail(user, ['uuid']))).uuid
  }
  return Promise.all(users.map(idOf))
}
