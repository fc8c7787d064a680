import type { CommandContext } from '../command-context.ts'
import { isUuid } from '../session/event-query.ts'
import { findNamed } from './noun.ts'
import { USER } from './nouns.ts'

/** Ids of users that are named by them or by their e-mail addresses. */
export async function userIds(context: CommandContext, names: readonly string[]): Promise<string[]> {
  const idOf = async (user: string): Promise<string> => {
    if (isUuid(user)) return user
    return (await findNamed(context, USER, user, ({ users }) => users.detail(user, ['uuid']))).uuid
  }
  return Promise.all(names.map(idOf))
}
