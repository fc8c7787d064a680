import { eq } from 'drizzle-orm'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { foldersWhere, giveUpFolders } from './folders-of-owner.ts'
import { groupRow } from './groups.ts'
import { deleteSessionRecords, refuseWhileLiving, refuseWhileMounted, sessionsOf } from './living-sessions.ts'
import { domainAdminsOnly } from './refusals.ts'

/**
 * Forgets a project with its folders, their contents and the records of its ended sessions. Superadmins, and
 * administrators of its domain; living sessions must be gone before.
 * @throws Problem
 */
export async function purgeGroup(
  { ports }: IdentityContext,
  requester: Requester,
  id: string,
): Promise<void> {
  const { store, clock } = ports
  const { groups, vfolders, sessionTemplates, scalingGroupGroups } = store.tables
  await store.tx(async (tx) => {
    const project = await groupRow(tx, store, id)
    domainAdminsOnly(requester, project.domainName, 'purge_group')
    const folders = (await foldersWhere(tx, store, eq(vfolders.group, id))).map((folder) => folder.id)
    await refuseWhileMounted(tx, store, folders, `the project "${project.name}"`)
    const ofProject = sessionsOf(store).project(id)
    await refuseWhileLiving(tx, store, ofProject, `The project "${project.name}"`)
    await giveUpFolders(tx, store, folders, new Date(clock.now()))
    await deleteSessionRecords(tx, store, ofProject)
    await tx.delete(sessionTemplates).where(eq(sessionTemplates.groupId, id))
    await tx.delete(scalingGroupGroups).where(eq(scalingGroupGroups.group, id))
    await tx.delete(groups).where(eq(groups.id, id))
  })
}
