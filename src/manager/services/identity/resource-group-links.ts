import { and, eq, inArray } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { domainRow } from './domains.ts'
import { groupRow } from './groups.ts'
import { conflict, invalid, superadminOnly } from './refusals.ts'
import { requireResourceGroup } from './resource-groups.ts'

/** Who may use a resource group: a domain by name, a project by id, a keypair by access key. */
export type LinkedTo =
  | { kind: 'domain'; domain: string }
  | { kind: 'project'; id: string }
  | { kind: 'keypair'; accessKey: string }

const MAX_NAMES = 1000

function readNames(names: readonly (string | null)[]): string[] {
  if (names.length > MAX_NAMES) throw invalid(`scaling_groups has more than ${MAX_NAMES} entries`)
  return [...new Set(names.map((name) => name ?? ''))]
}

/** Which rows belong to `to`, and how one is made. */
function linksOf({ tables }: Store, to: LinkedTo) {
  if (to.kind === 'domain') {
    const t = tables.scalingGroupDomains
    return {
      table: t,
      isTheirs: eq(t.domain, to.domain),
      add: (tx: Tx, id: string, scalingGroup: string) =>
        tx.insert(t).values({ id, scalingGroup, domain: to.domain }),
    }
  }
  if (to.kind === 'project') {
    const t = tables.scalingGroupGroups
    return {
      table: t,
      isTheirs: eq(t.group, to.id),
      add: (tx: Tx, id: string, scalingGroup: string) =>
        tx.insert(t).values({ id, scalingGroup, group: to.id }),
    }
  }
  const t = tables.scalingGroupKeypairs
  return {
    table: t,
    isTheirs: eq(t.accessKey, to.accessKey),
    add: (tx: Tx, id: string, scalingGroup: string) =>
      tx.insert(t).values({ id, scalingGroup, accessKey: to.accessKey }),
  }
}

async function requireHolder(tx: Tx, store: Store, to: LinkedTo): Promise<void> {
  if (to.kind === 'domain') {
    await domainRow(tx, store, to.domain)
    return
  }
  if (to.kind === 'project') {
    await groupRow(tx, store, to.id)
    return
  }
  const { keypairs } = store.tables
  const [row] = await tx
    .select({ accessKey: keypairs.accessKey })
    .from(keypairs)
    .where(eq(keypairs.accessKey, to.accessKey))
  if (!row) throw notFound('keypair', `There is no keypair "${to.accessKey.slice(0, 40)}".`)
}

async function linkedNames(tx: Tx, store: Store, to: LinkedTo): Promise<Set<string>> {
  const { table, isTheirs } = linksOf(store, to)
  const rows = await tx.select({ name: table.scalingGroup }).from(table).where(isTheirs)
  return new Set(rows.map(({ name }) => name))
}

/**
 * Lets somebody use resource groups. Superadmins only; all or none are linked.
 * @throws Problem also for a single group that is linked already.
 */
export async function linkResourceGroups(
  identity: IdentityContext,
  requester: Requester,
  action: string,
  names: readonly (string | null)[],
  to: LinkedTo,
): Promise<void> {
  superadminOnly(requester, action)
  const { store } = identity.ports
  const wanted = readNames(names)
  await store.tx(async (tx) => {
    await requireHolder(tx, store, to)
    for (const name of wanted) await requireResourceGroup(tx, store, name)
    const linked = await linkedNames(tx, store, to)
    const fresh = wanted.filter((name) => !linked.has(name))
    if (fresh.length === 0 && wanted.length > 0) {
      throw conflict(`The resource group ${wanted.join(', ')} is associated already.`)
    }
    const { add } = linksOf(store, to)
    for (const name of fresh) await add(tx, identity.newId(), name)
  })
}

/** Takes resource groups away; null takes all. Superadmins only. @throws Problem when none of them was linked. */
export async function unlinkResourceGroups(
  { ports }: IdentityContext,
  requester: Requester,
  action: string,
  names: readonly (string | null)[] | null,
  from: LinkedTo,
): Promise<void> {
  superadminOnly(requester, action)
  const { store } = ports
  const unwanted = names === null ? null : readNames(names)
  await store.tx(async (tx) => {
    await requireHolder(tx, store, from)
    const { table, isTheirs } = linksOf(store, from)
    if (unwanted === null) {
      await tx.delete(table).where(isTheirs)
      return
    }
    const linked = await linkedNames(tx, store, from)
    if (unwanted.length > 0 && !unwanted.some((name) => linked.has(name))) {
      throw notFound('association', `The resource group ${unwanted.join(', ')} is not associated.`)
    }
    if (unwanted.length > 0) {
      await tx.delete(table).where(and(isTheirs, inArray(table.scalingGroup, unwanted)))
    }
  })
}
