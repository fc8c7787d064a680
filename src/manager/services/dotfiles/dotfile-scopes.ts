import { and, eq, inArray, or } from 'drizzle-orm'
import * as v from 'valibot'
import type { DotfileScopeParams } from '../../../api/dotfiles.ts'
import { uuid } from '../../../api/fields.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Db, Store, Tx } from '../../../db/store.ts'
import type { Dotfile } from '../../../db/tables/accounts.ts'
import type { Requester } from '../../context.ts'
import { ownerKey } from '../sessions/owner.ts'

/** One list of dotfiles: a keypair's, a domain's or a project's. */
export interface DotfileHolder {
  /** Null when the holder has gone meanwhile. */
  read(db: Db): Promise<Dotfile[] | null>
  write(tx: Tx, files: Dotfile[]): Promise<void>
}

/** Finds the list that a request means, and refuses who may not see it; who may write is the route's `auth`. */
export type DotfileScope = (requester: Requester, params: DotfileScopeParams) => Promise<DotfileHolder>

/** The requester's keypair, or that of somebody in an administrator's reach. */
export const keypairDotfiles =
  (store: Store): DotfileScope =>
  async (requester, { ownerAccessKey }) => {
    const { keypairs } = store.tables
    const accessKey = await ownerKey(store, requester, ownerAccessKey)
    const own = eq(keypairs.accessKey, accessKey)
    return {
      read: async (db) =>
        (await db.select({ files: keypairs.dotfiles }).from(keypairs).where(own))[0]?.files ?? null,
      write: async (tx, dotfiles) => void (await tx.update(keypairs).set({ dotfiles }).where(own)),
    }
  }

/** The requester's domain; superadmins may name any. */
export const domainDotfiles =
  (store: Store): DotfileScope =>
  async (requester, { domain }) => {
    if (domain === null) {
      throw new Problem('invalid-api-params', {
        msg: 'Input validation error',
        data: { domain: 'the domain is missing' },
      })
    }
    if (!requester.isSuperadmin && domain !== requester.domainName) {
      throw new Problem('generic-forbidden', { msg: 'The domain is not yours.' })
    }
    const { domains } = store.tables
    const named = eq(domains.name, domain)
    const [row] = await store.db.select({ name: domains.name }).from(domains).where(named)
    if (!row) throw notFound('domain', `There is no domain "${domain}".`)
    return {
      read: async (db) =>
        (await db.select({ files: domains.dotfiles }).from(domains).where(named))[0]?.files ?? null,
      write: async (tx, dotfiles) => void (await tx.update(domains).set({ dotfiles }).where(named)),
    }
  }

/** A project by id, or by name within a domain: one of the requester's, of an administrator's domain, or any. */
export const projectDotfiles =
  (store: Store): DotfileScope =>
  async (requester, { group, domain }) => {
    if (group === null) {
      throw new Problem('invalid-api-params', {
        msg: 'Input validation error',
        data: { group: 'the group is missing' },
      })
    }
    const { groups, groupMembers } = store.tables
    const id = v.safeParse(uuid, group)
    const named = id.success
      ? eq(groups.id, id.output)
      : and(eq(groups.name, group), eq(groups.domainName, domain ?? requester.domainName))
    const joined = store.db
      .select({ id: groupMembers.groupId })
      .from(groupMembers)
      .where(eq(groupMembers.userId, requester.userUuid))
    const visible = requester.isSuperadmin
      ? undefined
      : or(
          inArray(groups.id, joined),
          requester.isAdmin ? eq(groups.domainName, requester.domainName) : undefined,
        )
    const [row] = await store.db.select({ id: groups.id }).from(groups).where(and(named, visible))
    if (!row) throw notFound('user group', `There is no project "${group}" of yours.`)
    const found = eq(groups.id, row.id)
    return {
      read: async (db) =>
        (await db.select({ files: groups.dotfiles }).from(groups).where(found))[0]?.files ?? null,
      write: async (tx, dotfiles) => void (await tx.update(groups).set({ dotfiles }).where(found)),
    }
  }
