import { and, eq } from 'drizzle-orm'
import type { TemplateType } from '../../../api/session-template.ts'
import { Problem } from '../../../core/problem.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { loadOwner, ownerKey } from '../sessions/owner.ts'
import { resolveProject } from '../sessions/scope.ts'
import { checkMayChange, findTemplate, templateViewer } from './find-template.ts'
import { readPayload, type TemplateItem } from './read-payload.ts'

export interface TemplateContext {
  ports: Pick<ManagerPorts, 'store' | 'clock'>
  newId: () => string
}

interface NewTemplates {
  group: string
  domain: string
  owner_access_key: string | null
  payload: string
}

/** Stores the templates of a payload in a project and gives their ids, in order. */
export async function createTemplates(
  context: TemplateContext,
  requester: Requester,
  type: TemplateType,
  given: NewTemplates,
): Promise<{ id: string; user: string }[]> {
  const { store, clock } = context.ports
  const { sessionTemplates } = store.tables
  const items = readPayload(type, given.payload)
  const owner = await loadOwner(store, await ownerKey(store, requester, given.owner_access_key))
  const scope = await resolveProject(store, owner, given.domain, given.group)
  const rows: (typeof sessionTemplates.$inferInsert)[] = []
  for (const item of items) {
    const groupId = item.groupId
      ? (await resolveProject(store, owner, given.domain, item.groupId)).project.id
      : scope.project.id
    rows.push({
      id: context.newId(),
      createdAt: new Date(clock.now()),
      domainName: scope.domain.name,
      groupId,
      userUuid: await userOf(context, requester, item, owner.user.uuid),
      type,
      name: item.name,
      template: { ...item.template },
    })
  }
  await store.tx((tx) => tx.insert(sessionTemplates).values(rows))
  return rows.map(({ id, userUuid }) => ({ id, user: userUuid }))
}

/** Replaces one template's document, and its name, project and owner where the payload names them. */
export async function replaceTemplate(
  context: TemplateContext,
  requester: Requester,
  type: TemplateType,
  id: string,
  given: { payload: string; owner_access_key: string | null },
): Promise<void> {
  const { store } = context.ports
  const viewer = await templateViewer(store, requester, given.owner_access_key)
  const row = await findTemplate(store, viewer, type, id)
  checkMayChange(viewer, row)
  const [item, more] = readPayload(type, given.payload)
  if (!item || more) {
    throw new Problem('invalid-api-params', {
      msg: 'The payload must hold exactly one template.',
      data: { payload: 'several templates' },
    })
  }
  const { sessionTemplates } = store.tables
  const owner = await loadOwner(store, await ownerKey(store, requester, given.owner_access_key))
  const moved = item.groupId !== null && item.groupId !== row.groupId
  const groupId = moved
    ? (await resolveProject(store, owner, row.domainName, item.groupId ?? '')).project.id
    : row.groupId
  const userUuid = await userOf(context, requester, item, row.userUuid)
  await store.tx((tx) =>
    tx
      .update(sessionTemplates)
      .set({ template: { ...item.template }, name: item.name, groupId, userUuid })
      .where(and(eq(sessionTemplates.id, row.id), eq(sessionTemplates.isActive, true))),
  )
}

/** Soft: the row stays, but nothing finds it any more. */
export async function removeTemplate(
  context: TemplateContext,
  requester: Requester,
  type: TemplateType,
  id: string,
  ownerAccessKey: string | null,
): Promise<void> {
  const { store } = context.ports
  const viewer = await templateViewer(store, requester, ownerAccessKey)
  const row = await findTemplate(store, viewer, type, id)
  checkMayChange(viewer, row)
  const { sessionTemplates } = store.tables
  await store.tx((tx) =>
    tx.update(sessionTemplates).set({ isActive: false }).where(eq(sessionTemplates.id, row.id)),
  )
}

/** Whom a template belongs to: the payload may name another user only where the requester administers them. */
async function userOf(
  { ports: { store } }: TemplateContext,
  requester: Requester,
  { userUuid }: TemplateItem,
  otherwise: string,
): Promise<string> {
  if (userUuid === null || userUuid === otherwise) return otherwise
  const { users } = store.tables
  const [user] = await store.db
    .select({ uuid: users.uuid, domainName: users.domainName, role: users.role })
    .from(users)
    .where(eq(users.uuid, userUuid))
  const inReach =
    requester.isSuperadmin ||
    userUuid === requester.userUuid ||
    (requester.isAdmin && user?.domainName === requester.domainName && user.role !== 'superadmin')
  if (user && inReach) return user.uuid
  throw new Problem('invalid-api-params', {
    msg: `You may not give templates to the user ${userUuid}.`,
    data: { user_uuid: 'unknown user' },
  })
}
