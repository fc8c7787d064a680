import { and, desc, eq, or } from 'drizzle-orm'
import * as v from 'valibot'
import { uuid } from '../../../api/fields.ts'
import type { TemplateType } from '../../../api/session-template.ts'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import { shownTemplate, visibleTemplates } from './find-template.ts'

/** Templates that the requester may use, newest first; `all` shows a superadmin everybody's. */
export async function listTemplates(
  store: Pick<Store, 'db' | 'tables'>,
  requester: Requester,
  type: TemplateType,
  filter: { all: boolean; group: string | null },
) {
  const { sessionTemplates: t, users, groups } = store.tables
  const named = filter.group === null ? null : v.safeParse(uuid, filter.group)
  const ofGroup =
    named === null
      ? undefined
      : or(eq(groups.name, filter.group ?? ''), named.success ? eq(groups.id, named.output) : undefined)
  const viewer = filter.all ? requester : { ...requester, isSuperadmin: false }
  const rows = await store.db
    .select({ row: t, email: users.email, role: users.role, groupName: groups.name })
    .from(t)
    .innerJoin(users, eq(t.userUuid, users.uuid))
    .leftJoin(groups, eq(t.groupId, groups.id))
    .where(and(eq(t.type, type), eq(t.isActive, true), ofGroup, visibleTemplates(store, viewer)))
    .orderBy(desc(t.createdAt), desc(t.id))
  return rows.map(({ row, email, role, groupName }) => ({
    id: row.id,
    name: row.name,
    type: row.type,
    created_at: row.createdAt.toISOString(),
    is_owner: row.userUuid === requester.userUuid,
    user: row.userUuid,
    user_email: email,
    group: row.groupId,
    group_name: groupName,
    domain_name: row.domainName,
    template: shownTemplate(requester, { ...row, ownerRole: role }),
  }))
}
