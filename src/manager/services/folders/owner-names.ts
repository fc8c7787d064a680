import { eq } from 'drizzle-orm'
import type { Store } from '../../../db/store.ts'
import type { FolderRow } from './folder-context.ts'

/** What people call the owner of a folder, beside its id. */
export interface OwnerNames {
  /** Of a user's folder. */
  email: string | null
  /** Of a project's folder. */
  projectName: string | null
}

export async function ownerNames(
  { db, tables }: Pick<Store, 'db' | 'tables'>,
  row: Pick<FolderRow, 'user' | 'group'>,
): Promise<OwnerNames> {
  const { users, groups } = tables
  if (row.group !== null) {
    const [found] = await db.select({ name: groups.name }).from(groups).where(eq(groups.id, row.group))
    return { email: null, projectName: found?.name ?? null }
  }
  if (row.user === null) return { email: null, projectName: null }
  const [found] = await db.select({ email: users.email }).from(users).where(eq(users.uuid, row.user))
  return { email: found?.email ?? null, projectName: null }
}
