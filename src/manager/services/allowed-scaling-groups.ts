import { and, asc, eq, inArray, or } from 'drizzle-orm'
import type { Store } from '../../db/store.ts'
import type { ScalingGroupRow } from './rows.ts'

export interface ScalingGroupScope {
  domainName: string
  /** Projects; empty counts none. */
  groupIds: readonly string[]
  accessKey: string
}

/** The active resource groups that a caller may use: those of the domain, the projects and the keypair, by name. */
export async function allowedScalingGroups(
  store: Pick<Store, 'db' | 'tables'>,
  scope: ScalingGroupScope,
): Promise<ScalingGroupRow[]> {
  const { scalingGroups, scalingGroupDomains, scalingGroupGroups, scalingGroupKeypairs } = store.tables
  const { db } = store
  const byDomain = db
    .select({ name: scalingGroupDomains.scalingGroup })
    .from(scalingGroupDomains)
    .where(eq(scalingGroupDomains.domain, scope.domainName))
  const byGroup = db
    .select({ name: scalingGroupGroups.scalingGroup })
    .from(scalingGroupGroups)
    .where(inArray(scalingGroupGroups.group, [...scope.groupIds]))
  const byKeypair = db
    .select({ name: scalingGroupKeypairs.scalingGroup })
    .from(scalingGroupKeypairs)
    .where(eq(scalingGroupKeypairs.accessKey, scope.accessKey))
  return await db
    .select()
    .from(scalingGroups)
    .where(
      and(
        eq(scalingGroups.isActive, true),
        or(
          inArray(scalingGroups.name, byDomain),
          scope.groupIds.length > 0 ? inArray(scalingGroups.name, byGroup) : undefined,
          inArray(scalingGroups.name, byKeypair),
        ),
      ),
    )
    .orderBy(asc(scalingGroups.name))
}
