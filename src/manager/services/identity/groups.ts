import { and, eq } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { domainRow } from './domains.ts'
import { changeMembers, dropForeignMembers, type MemberChange, memberChange } from './group-members.ts'
import { hostGrants } from './host-grants.ts'
import { jsonRecord } from './json-record.ts'
import { plainText, slugName } from './plain-text.ts'
import { requirePolicy } from './policy-use.ts'
import { conflict, domainAdminsOnly, invalid } from './refusals.ts'
import { slotsGiven } from './slots-given.ts'

export type GroupRow = Store['tables']['groups']['$inferSelect']

/** As the API spells them; what is absent stays or takes its default. */
export interface GroupProps {
  name?: string | null
  description?: string | null
  is_active?: boolean | null
  domain_name?: string | null
  total_resource_slots?: unknown
  allowed_vfolder_hosts?: unknown
  integration_id?: string | null
  resource_policy?: string | null
  /** `GENERAL` or `MODEL_STORE`; never changes. */
  type?: string | null
  container_registry?: unknown
}

async function columns({ ports }: IdentityContext, props: GroupProps) {
  return {
    name: props.name === null || props.name === undefined ? undefined : slugName('project', props.name),
    description: plainText('the description', props.description, 512),
    isActive: props.is_active ?? undefined,
    domainName: props.domain_name ?? undefined,
    totalResourceSlots: await slotsGiven(ports.config, 'total_resource_slots', props.total_resource_slots),
    allowedVfolderHosts: hostGrants(props.allowed_vfolder_hosts),
    integrationId: plainText('the integration id', props.integration_id, 512),
    resourcePolicy: props.resource_policy ?? undefined,
    containerRegistry: registryGiven(props.container_registry),
  }
}

/** An empty object is what the schema puts where nothing was given; null takes the registry away. */
function registryGiven(value: unknown): GroupRow['containerRegistry'] | undefined {
  if (value === null) return null
  const given = jsonRecord('container_registry', value)
  const entries = Object.entries(given ?? {})
  const isRight = entries.every(
    ([key, text]) => (key === 'registry' || key === 'project') && typeof text === 'string',
  )
  if (!isRight) throw invalid('container_registry has the texts "registry" and "project"')
  return entries.length === 0 ? undefined : given
}

function groupType(type: string | null | undefined): GroupRow['type'] {
  const word = (type ?? 'general').toLowerCase().replace('_', '-')
  if (word === 'general' || word === 'model-store') return word
  throw invalid(`type is GENERAL or MODEL_STORE, not "${String(type).slice(0, 80)}"`)
}

/** The row. @throws Problem when there is no such project. */
export async function groupRow(tx: Tx, store: Store, id: string): Promise<GroupRow> {
  const { groups } = store.tables
  const [row] = await tx.select().from(groups).where(eq(groups.id, id))
  if (!row) throw notFound('user group', `There is no project ${id}.`)
  return row
}

async function refuseTaken(tx: Tx, store: Store, name: string, domain: string): Promise<void> {
  const { groups } = store.tables
  const taken = await tx
    .select({ id: groups.id })
    .from(groups)
    .where(and(eq(groups.name, name), eq(groups.domainName, domain)))
  if (taken.length > 0) throw conflict(`The domain "${domain}" has a project named "${name}" already.`)
}

/** Superadmins, and administrators of the domain. @throws Problem */
export async function createGroup(
  identity: IdentityContext,
  requester: Requester,
  name: string,
  props: GroupProps,
): Promise<GroupRow> {
  const domainName = props.domain_name ?? requester.domainName
  domainAdminsOnly(requester, domainName, 'create_group')
  const { store, clock } = identity.ports
  const given = await columns(identity, { ...props, name })
  const at = new Date(clock.now())
  const row: GroupRow = {
    id: identity.newId(),
    name,
    domainName,
    description: given.description ?? null,
    isActive: given.isActive ?? true,
    totalResourceSlots: given.totalResourceSlots ?? {},
    allowedVfolderHosts: given.allowedVfolderHosts ?? {},
    integrationId: given.integrationId ?? null,
    resourcePolicy: given.resourcePolicy ?? 'default',
    type: groupType(props.type),
    containerRegistry: given.containerRegistry ?? null,
    dotfiles: [],
    createdAt: at,
    modifiedAt: at,
  }
  await store.tx(async (tx) => {
    await domainRow(tx, store, domainName)
    await requirePolicy(tx, store, 'project', row.resourcePolicy)
    await refuseTaken(tx, store, name, domainName)
    await tx.insert(store.tables.groups).values(row)
  })
  return row
}

/** Superadmins, and administrators of the project's domain, who cannot move it out. @throws Problem */
export async function modifyGroup(
  identity: IdentityContext,
  requester: Requester,
  id: string,
  props: GroupProps & MemberChange,
): Promise<GroupRow> {
  const { store, clock } = identity.ports
  const { groups } = store.tables
  const given = await columns(identity, props)
  const members = memberChange(props)
  return await store.tx(async (tx) => {
    const before = await groupRow(tx, store, id)
    domainAdminsOnly(requester, before.domainName, 'modify_group')
    const domainName = given.domainName ?? before.domainName
    if (domainName !== before.domainName) {
      domainAdminsOnly(requester, domainName, 'modify_group')
      await domainRow(tx, store, domainName)
    }
    const name = given.name ?? before.name
    if (name !== before.name || domainName !== before.domainName) {
      await refuseTaken(tx, store, name, domainName)
    }
    if (given.resourcePolicy) await requirePolicy(tx, store, 'project', given.resourcePolicy)
    await tx
      .update(groups)
      .set({ ...given, modifiedAt: new Date(clock.now()) })
      .where(eq(groups.id, id))
    const after = await groupRow(tx, store, id)
    if (domainName !== before.domainName) await dropForeignMembers(tx, store, after)
    if (members) await changeMembers(tx, identity, after, members)
    return after
  })
}

/** Superadmins, and administrators of the domain: nobody can use the project any more; it stays. @throws Problem */
export async function deleteGroup(identity: IdentityContext, requester: Requester, id: string) {
  const { store, clock } = identity.ports
  const { groups } = store.tables
  await store.tx(async (tx) => {
    const row = await groupRow(tx, store, id)
    domainAdminsOnly(requester, row.domainName, 'delete_group')
    await tx
      .update(groups)
      .set({ isActive: false, modifiedAt: new Date(clock.now()) })
      .where(eq(groups.id, id))
  })
}
