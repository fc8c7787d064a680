import { and, eq, getTableColumns, inArray, or, type SQL } from 'drizzle-orm'
import * as v from 'valibot'
import { uuid } from '../../../api/fields.ts'
import type { ClusterTemplate, TaskTemplate, TemplateType } from '../../../api/session-template.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { Tables } from '../../../db/tables/index.ts'
import type { Requester } from '../../context.ts'
import { loadOwner, ownerKey } from '../sessions/owner.ts'

export type TemplateRow = Tables['sessionTemplates']['$inferSelect']
/** With the role of its owner, whom domain administrators may not reach when they are superadmins. */
type OwnedTemplate = TemplateRow & { ownerRole: string }
type Readable = Pick<Store, 'db' | 'tables'>

/** On whose behalf templates are looked at. */
export type Viewer = Pick<Requester, 'userUuid' | 'domainName' | 'isAdmin' | 'isSuperadmin'>

/** The requester, or the owner of a key in an administrator's reach. */
export async function templateViewer(
  store: Readable,
  requester: Requester,
  ownerAccessKey: string | null,
): Promise<Viewer> {
  const accessKey = await ownerKey(store, requester, ownerAccessKey)
  if (accessKey === requester.accessKey) return requester
  const { user, keypair } = await loadOwner(store, accessKey)
  return {
    userUuid: user.uuid,
    domainName: user.domainName ?? '',
    isAdmin: keypair.isAdmin,
    isSuperadmin: user.role === 'superadmin',
  }
}

/** One's own, those of one's projects, those of an administrator's domain, all of them for superadmins. */
export function visibleTemplates({ db, tables }: Readable, viewer: Viewer): SQL | undefined {
  if (viewer.isSuperadmin) return undefined
  const { sessionTemplates, groupMembers } = tables
  const joined = db
    .select({ id: groupMembers.groupId })
    .from(groupMembers)
    .where(eq(groupMembers.userId, viewer.userUuid))
  return or(
    eq(sessionTemplates.userUuid, viewer.userUuid),
    inArray(sessionTemplates.groupId, joined),
    viewer.isAdmin ? eq(sessionTemplates.domainName, viewer.domainName) : undefined,
  )
}

const NAMES = { task: 'task template', cluster: 'cluster template' } as const

/** @throws Problem `object-not-found` also where the template is somebody else's affair. */
export async function findTemplate(
  store: Readable,
  viewer: Viewer,
  type: TemplateType,
  id: string,
): Promise<OwnedTemplate> {
  const { sessionTemplates: t, users } = store.tables
  const asked = v.safeParse(uuid, id)
  const [row] = asked.success
    ? await store.db
        .select({ ...getTableColumns(t), ownerRole: users.role })
        .from(t)
        .innerJoin(users, eq(t.userUuid, users.uuid))
        .where(
          and(
            eq(t.id, asked.output),
            eq(t.type, type),
            eq(t.isActive, true),
            visibleTemplates(store, viewer),
          ),
        )
    : []
  if (!row) throw notFound(NAMES[type], `There is no ${NAMES[type]} "${id}".`)
  return row
}

const mayChange = (viewer: Viewer, row: OwnedTemplate): boolean =>
  viewer.isSuperadmin ||
  row.userUuid === viewer.userUuid ||
  (viewer.isAdmin && row.domainName === viewer.domainName && row.ownerRole !== 'superadmin')

/** @throws Problem unless the viewer owns it or administers its domain and its owner. */
export function checkMayChange(viewer: Viewer, row: OwnedTemplate): void {
  if (mayChange(viewer, row)) return
  throw new Problem('generic-forbidden', { msg: 'The template belongs to somebody else.' })
}

/** The document without the password for its repository, unless the viewer may change it. */
export function shownTemplate(viewer: Viewer, row: OwnedTemplate): Record<string, unknown> {
  const { template } = row
  if (row.type !== 'task' || mayChange(viewer, row)) return template
  const { spec, ...head } = taskTemplateOf(row)
  const { kernel, ...rest } = spec
  if (kernel.git === null || kernel.git.credential === null) return template
  const git = { ...kernel.git, credential: null }
  return { ...head, spec: { ...rest, kernel: { ...kernel, git } } }
}

/** Rows hold what `readPayload` has checked. */
export const taskTemplateOf = (row: TemplateRow): TaskTemplate => row.template as unknown as TaskTemplate
export const clusterTemplateOf = (row: TemplateRow): ClusterTemplate =>
  row.template as unknown as ClusterTemplate
