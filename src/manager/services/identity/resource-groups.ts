import { count, eq } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { ScalingGroupRow } from '../rows.ts'
import type { IdentityContext } from './context.ts'
import { jsonRecord } from './json-record.ts'
import { refuseWhileLiving } from './living-sessions.ts'
import { plainText, slugName } from './plain-text.ts'
import { conflict, invalid, superadminOnly } from './refusals.ts'
import { checkSchedulerOptions } from './scheduler-options.ts'

/** As the API spells them; what is absent stays or takes its default. */
export interface ResourceGroupProps {
  description?: string | null
  is_active?: boolean | null
  is_public?: boolean | null
  wsproxy_addr?: string | null
  wsproxy_api_token?: string | null
  driver?: string | null
  driver_opts?: unknown
  scheduler?: string | null
  scheduler_opts?: unknown
  use_host_network?: boolean | null
}

const DRIVERS: readonly string[] = ['static']
const SCHEDULERS: readonly string[] = ['fifo', 'lifo', 'drf', 'mof']

function columns({ ports }: IdentityContext, props: ResourceGroupProps) {
  const schedulerOpts = jsonRecord('scheduler_opts', props.scheduler_opts)
  if (schedulerOpts) checkSchedulerOptions(schedulerOpts)
  const schedulers = [...new Set([...SCHEDULERS, ...ports.schedulers.map(({ name }) => name)])]
  return {
    description: plainText('the description', props.description, 512),
    isActive: props.is_active ?? undefined,
    isPublic: props.is_public ?? undefined,
    wsproxyAddr: proxyAddress(props.wsproxy_addr),
    wsproxyApiToken: plainText('wsproxy_api_token', props.wsproxy_api_token, 128),
    driver: oneOf('driver', props.driver, DRIVERS),
    driverOpts: jsonRecord('driver_opts', props.driver_opts),
    scheduler: oneOf('scheduler', props.scheduler, schedulers),
    schedulerOpts,
    useHostNetwork: props.use_host_network ?? undefined,
  }
}

function oneOf(what: string, given: string | null | undefined, known: readonly string[]): string | undefined {
  if (given === null || given === undefined) return undefined
  if (known.includes(given)) return given
  throw invalid(`${what} is one of ${known.join(', ')}, not "${given.slice(0, 80)}"`)
}

function proxyAddress(given: string | null | undefined): string | null | undefined {
  if (given === undefined) return undefined
  if (given === null || given === '') return null
  plainText('wsproxy_addr', given, 1024)
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given
  throw invalid(`wsproxy_addr is an http or https address, not "${given.slice(0, 80)}"`)
}

async function namedGroups(tx: Tx, store: Store, name: string): Promise<string[]> {
  const { scalingGroups: t } = store.tables
  const rows = await tx.select({ name: t.name }).from(t).where(eq(t.name, name))
  return rows.map((row) => row.name)
}

/** @throws Problem when there is no such resource group. */
export async function requireResourceGroup(tx: Tx, store: Store, name: string): Promise<void> {
  if ((await namedGroups(tx, store, name)).length > 0) return
  throw notFound('scaling group', `There is no resource group "${name.slice(0, 80)}".`)
}

/** Superadmins only. @throws Problem */
export async function createResourceGroup(
  identity: IdentityContext,
  requester: Requester,
  name: string,
  props: ResourceGroupProps,
): Promise<ScalingGroupRow> {
  superadminOnly(requester, 'create_scaling_group')
  slugName('resource group', name)
  const { store, clock } = identity.ports
  const given = columns(identity, props)
  const row: ScalingGroupRow = {
    name,
    description: given.description ?? null,
    isActive: given.isActive ?? true,
    isPublic: given.isPublic ?? true,
    createdAt: new Date(clock.now()),
    wsproxyAddr: given.wsproxyAddr ?? null,
    wsproxyApiToken: given.wsproxyApiToken ?? null,
    driver: given.driver ?? 'static',
    driverOpts: given.driverOpts ?? {},
    scheduler: given.scheduler ?? 'fifo',
    schedulerOpts: given.schedulerOpts ?? {},
    useHostNetwork: given.useHostNetwork ?? false,
  }
  await store.tx(async (tx) => {
    if ((await namedGroups(tx, store, name)).length > 0) {
      throw conflict(`A resource group named "${name}" exists already.`)
    }
    await tx.insert(store.tables.scalingGroups).values(row)
  })
  return row
}

/** Superadmins only. @throws Problem */
export async function modifyResourceGroup(
  identity: IdentityContext,
  requester: Requester,
  name: string,
  props: ResourceGroupProps,
): Promise<void> {
  superadminOnly(requester, 'modify_scaling_group')
  const { store } = identity.ports
  const { scalingGroups: t } = store.tables
  const given = columns(identity, props)
  await store.tx(async (tx) => {
    await requireResourceGroup(tx, store, name)
    // The name stands in for an empty set of columns.
    await tx
      .update(t)
      .set({ name, ...given })
      .where(eq(t.name, name))
  })
}

/** Superadmins only; groups that have agents or living sessions stay. @throws Problem */
export async function deleteResourceGroup(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
): Promise<void> {
  superadminOnly(requester, 'delete_scaling_group')
  const { store } = ports
  const { tables } = store
  await store.tx(async (tx) => {
    await requireResourceGroup(tx, store, name)
    const [agents] = await tx
      .select({ n: count() })
      .from(tables.agents)
      .where(eq(tables.agents.scalingGroup, name))
    if (agents && agents.n > 0) {
      throw conflict(`The resource group "${name}" has ${agents.n} agents. Move them first.`)
    }
    await refuseWhileLiving(
      tx,
      store,
      eq(tables.sessions.scalingGroupName, name),
      `The resource group "${name}"`,
    )
    for (const t of [tables.scalingGroupDomains, tables.scalingGroupGroups, tables.scalingGroupKeypairs]) {
      await tx.delete(t).where(eq(t.scalingGroup, name))
    }
    await tx.delete(tables.scalingGroups).where(eq(tables.scalingGroups.name, name))
  })
}
