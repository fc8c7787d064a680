import { and, asc, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import { oncePerStore } from '../../../db/once-per-store.ts'
import { prepareQuery } from '../../../db/prepare.ts'
import type { Store } from '../../../db/store.ts'

/** As many as a user's reference of an image may stand for (`canonicalNames`). */
const NAMES = ['name0', 'name1', 'name2', 'name3', 'name4']

/** Values of `imagesByName`: fewer names are filled up with the first. */
export function imageNames(names: readonly string[]): Record<string, string | undefined> {
  if (names.length > NAMES.length) throw new RangeError(`${names.length} names of one image`)
  return Object.fromEntries(NAMES.map((name, index) => [name, names[index] ?? names[0]]))
}

function build({ db, tables }: Pick<Store, 'db' | 'tables'>) {
  const { sessions, images, imageAliases, keypairs, users, keypairResourcePolicies, groups, domains } = tables
  const { scalingGroups, scalingGroupDomains, scalingGroupGroups, scalingGroupKeypairs } = tables
  const given = (name: string) => sql.placeholder(name)
  const byDomain = db
    .select({ name: scalingGroupDomains.scalingGroup })
    .from(scalingGroupDomains)
    .where(eq(scalingGroupDomains.domain, given('domain')))
  const byProject = db
    .select({ name: scalingGroupGroups.scalingGroup })
    .from(scalingGroupGroups)
    .where(eq(scalingGroupGroups.group, given('project')))
  const byKeypair = db
    .select({ name: scalingGroupKeypairs.scalingGroup })
    .from(scalingGroupKeypairs)
    .where(eq(scalingGroupKeypairs.accessKey, given('accessKey')))
  const projects = (which: SQL) =>
    db
      .select({ domain: domains, project: groups })
      .from(groups)
      .innerJoin(domains, eq(groups.domainName, domains.name))
      .where(
        and(
          eq(groups.domainName, given('domain')),
          eq(groups.isActive, true),
          eq(domains.isActive, true),
          which,
        ),
      )
  return {
    living: prepareQuery(
      'session_living',
      db
        .select({ id: sessions.id, name: sessions.name, status: sessions.status, images: sessions.images })
        .from(sessions)
        .where(and(eq(sessions.accessKey, given('accessKey')), eq(sessions.liveName, given('name')))),
    ),
    imagesByName: prepareQuery(
      'image_by_name',
      db
        .select()
        .from(images)
        .where(
          or(
            ...NAMES.map((name) => eq(images.name, given(name))),
            and(eq(images.image, given('repository')), eq(images.tag, given('tag'))),
          ),
        ),
    ),
    imageByAlias: prepareQuery(
      'image_by_alias',
      db
        .select({ image: images })
        .from(imageAliases)
        .innerJoin(images, eq(imageAliases.image, images.id))
        .where(eq(imageAliases.alias, given('alias'))),
    ),
    owner: prepareQuery(
      'session_owner',
      db
        .select({ keypair: keypairs, user: users, policy: keypairResourcePolicies })
        .from(keypairs)
        .innerJoin(users, eq(keypairs.user, users.uuid))
        .innerJoin(keypairResourcePolicies, eq(keypairs.resourcePolicy, keypairResourcePolicies.name))
        .where(eq(keypairs.accessKey, given('accessKey'))),
    ),
    project: prepareQuery('session_project', projects(eq(groups.name, given('name')))),
    projectById: prepareQuery('session_project_by_id', projects(eq(groups.id, given('id')))),
    scalingGroups: prepareQuery(
      'session_scaling_groups',
      db
        .select()
        .from(scalingGroups)
        .where(
          and(
            eq(scalingGroups.isActive, true),
            or(
              inArray(scalingGroups.name, byDomain),
              inArray(scalingGroups.name, byProject),
              inArray(scalingGroups.name, byKeypair),
            ),
          ),
        )
        .orderBy(asc(scalingGroups.name)),
    ),
  }
}

/** What every new session asks about its image, owner and place, built once per store. */
export const enqueueQueries = oncePerStore(build)
