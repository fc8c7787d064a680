import { and, eq, inArray, type SQL } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { slotsFromUser, slotsToJson } from '../../../core/slots.ts'
import type { ClusterMode } from '../../../core/status.ts'
import type { Tx } from '../../../db/store.ts'
import type { ExtraMount } from '../../../db/tables/services.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { allowedScalingGroups } from '../allowed-scaling-groups.ts'
import { findImage } from '../sessions/find-image.ts'
import { slotTypes } from '../slot-types.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config'>
type EndpointRow = ManagerPorts['store']['tables']['endpoints']['$inferSelect']

/** What may be changed of a service; null and absent leave a thing as it is. */
export interface EndpointChanges {
  resource_slots?: unknown
  resource_opts?: unknown
  cluster_mode?: string | null
  cluster_size?: number | null
  desired_session_count?: number | null
  image?: { name: string; registry?: string | null; architecture?: string | null } | null
  name?: string | null
  resource_group?: string | null
  model_definition_path?: string | null
  open_to_public?: boolean | null
  extra_mounts?:
    | readonly ({
        vfolder_id?: string | null
        mount_destination?: string | null
        type?: string | null
        permission?: string | null
      } | null)[]
    | null
  environ?: unknown
  runtime_variant?: string | null
}

const NAME = /^(?=.{1,64}$)\w([\w.-]*\w)?$/
const MAX_PATH = 128
const VARIANTS = ['custom', 'vllm', 'nim', 'cmd']
const MOUNT_TYPES = ['volume', 'bind', 'tmpfs', 'k8s-generic', 'k8s-hostpath']
const PERMISSIONS = ['ro', 'rw', 'wd'] as const

const invalid = (msg: string, cause?: unknown) => new Problem('invalid-api-params', { msg, data: {}, cause })

/**
 * Changes a service that the requester may see. New sessions take the change; running ones stay as they are.
 * @throws Problem
 */
export async function modifyEndpoint(
  ports: Ports,
  requester: Requester,
  asked: { id: string; visible: SQL | undefined; props: EndpointChanges },
): Promise<EndpointRow> {
  const { store } = ports
  const { endpoints: t } = store.tables
  const where = and(eq(t.id, asked.id), asked.visible)
  const [before] = await store.db.select().from(t).where(where)
  if (!before) throw notFound('endpoint')
  if (before.lifecycleStage !== 'created') throw invalid('The service is being ended.')
  const values = {
    ...plainValues(asked.props),
    ...(await resourceValues(ports, asked.props)),
    ...(await referredValues(ports, requester, before, asked.props)),
  }
  return await store.tx(async (tx: Tx) => {
    await checkSessionCount(tx, ports, before, asked.props)
    const rows = await tx
      .update(t)
      .set({ ...values, retries: 0 })
      .where(and(where, eq(t.lifecycleStage, 'created')))
      .returning()
    const [row] = rows
    if (!row) throw notFound('endpoint')
    return row
  })
}

function plainValues(props: EndpointChanges) {
  const { name, cluster_size: size, desired_session_count: count, model_definition_path: path } = props
  if (typeof name === 'string' && !NAME.test(name)) {
    throw invalid(`"${name}" is no name of a service: letters, digits, "_", "." and "-", at most 64.`)
  }
  if (typeof size === 'number' && size < 1) throw invalid('cluster_size is at least 1.')
  if (typeof count === 'number' && count < 0) throw invalid('desired_session_count must not be negative.')
  if (typeof path === 'string' && path.length > MAX_PATH) {
    throw invalid(`model_definition_path has at most ${MAX_PATH} characters.`)
  }
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof size === 'number' ? { clusterSize: size } : {}),
    ...(typeof count === 'number' ? { desiredSessionCount: count } : {}),
    ...(typeof path === 'string' ? { modelDefinitionPath: path } : {}),
    ...(typeof props.open_to_public === 'boolean' ? { openToPublic: props.open_to_public } : {}),
    ...(typeof props.cluster_mode === 'string' ? { clusterMode: clusterMode(props.cluster_mode) } : {}),
    ...(typeof props.runtime_variant === 'string'
      ? { runtimeVariant: oneOf('runtime_variant', props.runtime_variant.toLowerCase(), VARIANTS) }
      : {}),
  }
}

function clusterMode(text: string): ClusterMode {
  const mode = text.toLowerCase().replaceAll('_', '-')
  if (mode === 'single-node' || mode === 'multi-node') return mode
  throw invalid(`cluster_mode: "${text}" is neither single-node nor multi-node.`)
}

function oneOf<Value extends string>(what: string, text: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === text)
  if (found !== undefined) return found
  throw invalid(`${what}: "${text}" is none of ${values.join(', ')}.`)
}

async function resourceValues({ config }: Ports, props: EndpointChanges) {
  const { resource_slots: slots, resource_opts: opts, environ } = props
  return {
    ...(isGiven(slots) ? { resourceSlots: await readSlots(config, slots) } : {}),
    ...(isGiven(opts) ? { resourceOpts: readObject('resource_opts', opts) } : {}),
    ...(isGiven(environ)
      ? {
          environ: Object.fromEntries(
            Object.entries(readObject('environ', environ)).map(([name, value]) => [name, String(value)]),
          ),
        }
      : {}),
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

function readObject(what: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw invalid(`${what} is a JSON object.`)
}

async function readSlots(config: Ports['config'], value: unknown) {
  const entries = Object.entries(readObject('resource_slots', value))
  const wrong = entries.find(([, amount]) => typeof amount !== 'string' && typeof amount !== 'number')
  if (wrong) throw invalid(`resource_slots: "${wrong[0]}" is no amount.`)
  const amounts = entries.map(([name, amount]) => [name, String(amount)] as const)
  try {
    return slotsToJson(slotsFromUser(Object.fromEntries(amounts), await slotTypes(config)))
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`resource_slots: ${error.message}.`, error)
    throw error
  }
}

/** What must exist and be usable by the service's owner. */
async function referredValues(
  { store }: Ports,
  requester: Requester,
  before: EndpointRow,
  props: EndpointChanges,
) {
  const { image, resource_group: group, extra_mounts: mounts } = props
  const found = image
    ? await findImage(
        store,
        image.registry ? `${image.registry}/${image.name}` : image.name,
        image.architecture ?? 'x86_64',
      )
    : null
  if (group && !requester.isSuperadmin) {
    const allowed = await allowedScalingGroups(store, {
      domainName: before.domain,
      groupIds: [before.project],
      accessKey: requester.accessKey,
    })
    if (!allowed.some(({ name }) => name === group)) {
      throw notFound('scaling group', `You may not use a resource group named "${group}".`)
    }
  }
  if (group) await requireScalingGroup(store, group)
  return {
    ...(found ? { image: found.id } : {}),
    ...(group ? { resourceGroup: group } : {}),
    ...(mounts ? { extraMounts: await readMounts(store, before, mounts) } : {}),
  }
}

async function requireScalingGroup(store: Ports['store'], name: string): Promise<void> {
  const { scalingGroups: t } = store.tables
  const [row] = await store.db.select({ name: t.name }).from(t).where(eq(t.name, name))
  if (!row) throw notFound('scaling group', `There is no resource group "${name}".`)
}

async function readMounts(
  store: Ports['store'],
  { sessionOwner, project }: EndpointRow,
  given: NonNullable<EndpointChanges['extra_mounts']>,
): Promise<ExtraMount[]> {
  const mounts = given
    .filter((mount) => mount !== null)
    .map((mount) => {
      const id = mount.vfolder_id?.toLowerCase() ?? ''
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
        throw invalid(`extra_mounts: "${mount.vfolder_id}" is not the id of a folder.`)
      }
      return {
        vfolderId: id,
        mountDestination: mount.mount_destination ?? null,
        type: oneOf('extra_mounts.type', (mount.type ?? 'bind').toLowerCase(), MOUNT_TYPES),
        permission: mount.permission
          ? oneOf('extra_mounts.permission', mount.permission.toLowerCase(), PERMISSIONS)
          : null,
      }
    })
  const { vfolders: t, vfolderPermissions: p } = store.tables
  const ids = mounts.map(({ vfolderId }) => vfolderId)
  if (ids.length === 0) return []
  const rows = await store.db.select().from(t).where(inArray(t.id, ids))
  const granted = await store.db
    .select({ vfolder: p.vfolder })
    .from(p)
    .where(and(inArray(p.vfolder, ids), eq(p.user, sessionOwner)))
  for (const id of ids) {
    const row = rows.find((one) => one.id === id)
    const isUsable =
      row &&
      (row.user === sessionOwner || row.group === project || granted.some(({ vfolder }) => vfolder === id))
    if (!isUsable) throw notFound('vfolder', `The owner of the service has no folder ${id}.`)
    if (row.usageMode === 'model')
      throw invalid(`The folder "${row.name}" is a model; models are no extra mounts.`)
  }
  return mounts
}

/** The owner's policy bounds the sessions of one service. */
async function checkSessionCount(
  tx: Tx,
  { store }: Ports,
  { sessionOwner }: EndpointRow,
  { desired_session_count: count }: EndpointChanges,
): Promise<void> {
  if (typeof count !== 'number') return
  const { users, userResourcePolicies: t } = store.tables
  const [policy] = await tx
    .select({ most: t.maxSessionCountPerModelSession })
    .from(users)
    .innerJoin(t, eq(users.resourcePolicy, t.name))
    .where(eq(users.uuid, sessionOwner))
  if (policy && policy.most > 0 && count > policy.most) {
    throw new Problem('over-limit', {
      msg: `A service of this owner has at most ${policy.most} sessions.`,
    })
  }
}
