import { eq } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { hostGrants } from './host-grants.ts'
import { plainText, rowName, slugName } from './plain-text.ts'
import { conflict, superadminOnly } from './refusals.ts'
import { renameDomain } from './rename-domain.ts'
import { slotsGiven } from './slots-given.ts'

export type DomainRow = Store['tables']['domains']['$inferSelect']

/** As the API spells them; what is absent stays or takes its default. */
export interface DomainProps {
  name?: string | null
  description?: string | null
  is_active?: boolean | null
  total_resource_slots?: unknown
  allowed_vfolder_hosts?: unknown
  allowed_docker_registries?: readonly (string | null)[] | null
  integration_id?: string | null
}

async function columns({ ports }: IdentityContext, props: DomainProps) {
  return {
    description: plainText('the description', props.description, 512),
    isActive: props.is_active ?? undefined,
    totalResourceSlots: await slotsGiven(ports.config, 'total_resource_slots', props.total_resource_slots),
    allowedVfolderHosts: hostGrants(props.allowed_vfolder_hosts),
    allowedDockerRegistries: registryNames(props.allowed_docker_registries),
    integrationId: plainText('the integration id', props.integration_id, 512),
  }
}

function registryNames(names: DomainProps['allowed_docker_registries']): string[] | undefined {
  if (names === null || names === undefined) return undefined
  return [...new Set(names.map((name) => rowName('registry', name ?? '', 512)))]
}

/** The row. @throws Problem when there is no such domain. */
export async function domainRow(tx: Tx, store: Store, name: string): Promise<DomainRow> {
  const { domains } = store.tables
  const [row] = await tx.select().from(domains).where(eq(domains.name, name))
  if (!row) throw notFound('domain', `There is no domain "${name}".`)
  return row
}

async function refuseTaken(tx: Tx, store: Store, name: string): Promise<void> {
  const { domains } = store.tables
  const taken = await tx.select({ name: domains.name }).from(domains).where(eq(domains.name, name))
  if (taken.length > 0) throw conflict(`A domain named "${name}" exists already.`)
}

/** Superadmins only. @throws Problem */
export async function createDomain(
  identity: IdentityContext,
  requester: Requester,
  name: string,
  props: DomainProps,
): Promise<DomainRow> {
  superadminOnly(requester, 'create_domain')
  slugName('domain', name)
  const { store, clock } = identity.ports
  const given = await columns(identity, props)
  const at = new Date(clock.now())
  const row: DomainRow = {
    name,
    description: given.description ?? null,
    isActive: given.isActive ?? true,
    totalResourceSlots: given.totalResourceSlots ?? {},
    allowedVfolderHosts: given.allowedVfolderHosts ?? {},
    allowedDockerRegistries: given.allowedDockerRegistries ?? [],
    integrationId: given.integrationId ?? null,
    dotfiles: [],
    createdAt: at,
    modifiedAt: at,
  }
  await store.tx(async (tx) => {
    await refuseTaken(tx, store, name)
    await tx.insert(store.tables.domains).values(row)
  })
  return row
}

/** Superadmins only; a new name takes everything of the domain along. @throws Problem */
export async function modifyDomain(
  identity: IdentityContext,
  requester: Requester,
  name: string,
  props: DomainProps,
): Promise<DomainRow> {
  superadminOnly(requester, 'modify_domain')
  const newName = props.name ?? name
  if (newName !== name) slugName('domain', newName)
  const { store, clock } = identity.ports
  const { domains } = store.tables
  const given = await columns(identity, props)
  return await store.tx(async (tx) => {
    await domainRow(tx, store, name)
    await tx
      .update(domains)
      .set({ ...given, modifiedAt: new Date(clock.now()) })
      .where(eq(domains.name, name))
    if (newName !== name) {
      await refuseTaken(tx, store, newName)
      await renameDomain(tx, store, name, newName)
    }
    return await domainRow(tx, store, newName)
  })
}

/** Superadmins only: nobody can start sessions in the domain any more; everything of it stays. @throws Problem */
export async function deleteDomain(identity: IdentityContext, requester: Requester, name: string) {
  superadminOnly(requester, 'delete_domain')
  await modifyDomain(identity, requester, name, { is_active: false })
}
