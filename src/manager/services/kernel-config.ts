import { and, asc, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import { oncePerStore } from '../../db/once-per-store.ts'
import { prepareQuery } from '../../db/prepare.ts'
import type { Store } from '../../db/store.ts'
import type { ClusterInfo, ImageSpec, KernelConfig } from '../../wire/agent-rpc.ts'
import type { ManagerPorts } from '../context.ts'
import { pullFrom, registries } from './registries.ts'
import type { ImageRow, KernelRow, SessionRow } from './rows.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config'>
type Readable = Pick<Store, 'db' | 'tables'>

/** What an agent is told to start, per session: all its kernels and the facts of the cluster. */
export interface StartOrder {
  session: SessionRow
  kernels: { row: KernelRow; config: KernelConfig }[]
  cluster: ClusterInfo
}

/** The orders for sessions, composed from rows alone, so that any manager gives the same ones again. */
export async function startOrders(ports: Ports, sessionIds: readonly string[]): Promise<StartOrder[]> {
  if (sessionIds.length === 0) return []
  const { sessions, kernels } = ports.store.tables
  const prepared = single(ports.store)
  const [id] = sessionIds
  const isOne = sessionIds.length === 1
  const owners = isOne
    ? await prepared.owners({ id })
    : await ownersWhere(ports.store, inArray(sessions.id, [...sessionIds]))
  const rows = isOne
    ? await prepared.kernels({ id })
    : await kernelsWhere(ports.store, inArray(kernels.sessionId, [...sessionIds]))
  const images = await imageSpecs(ports, rows)
  const autoPull = await autoPullMode(ports)
  return owners.map(({ session, email, fullName, idle }) => {
    const own = rows.filter((row) => row.sessionId === session.id)
    const shared = sessionEnviron(session, own, { email: email ?? '', fullName: fullName ?? '' })
    return {
      session,
      cluster: clusterInfo(session, own),
      kernels: own.map((row) => ({
        row,
        config: kernelConfig(session, row, images(row), {
          environ: shared,
          autoPull,
          idleTimeoutSeconds: idle ?? 0,
        }),
      })),
    }
  })
}

const ownersWhere = ({ db, tables }: Readable, where: SQL) => {
  const { sessions, users, keypairs, keypairResourcePolicies: policies } = tables
  return db
    .select({ session: sessions, email: users.email, fullName: users.fullName, idle: policies.idleTimeout })
    .from(sessions)
    .leftJoin(users, eq(sessions.userUuid, users.uuid))
    .leftJoin(keypairs, eq(sessions.accessKey, keypairs.accessKey))
    .leftJoin(policies, eq(keypairs.resourcePolicy, policies.name))
    .where(where)
}

const kernelsWhere = ({ db, tables: { kernels } }: Readable, where: SQL) =>
  db.select().from(kernels).where(where).orderBy(asc(kernels.localRank))

/** Sessions are mostly started one by one. */
const single = oncePerStore((store: Readable) => {
  const { sessions, kernels, images } = store.tables
  const id = sql.placeholder('id')
  const image = [
    eq(images.name, sql.placeholder('name')),
    eq(images.architecture, sql.placeholder('architecture')),
  ]
  return {
    owners: prepareQuery('start_owner', ownersWhere(store, eq(sessions.id, id))),
    kernels: prepareQuery('start_kernels', kernelsWhere(store, eq(kernels.sessionId, id))),
    image: prepareQuery(
      'start_image',
      store.db
        .select()
        .from(images)
        .where(and(...image)),
    ),
  }
})

interface Common {
  environ: Record<string, string>
  autoPull: KernelConfig['autoPull']
  idleTimeoutSeconds: number
}

function kernelConfig(session: SessionRow, row: KernelRow, image: ImageSpec, common: Common): KernelConfig {
  const { cluster_ssh_keypair: _, ...internalData } = row.internalData
  return {
    kernelId: row.id,
    sessionId: session.id,
    sessionName: session.name,
    sessionType: session.sessionType,
    clusterRole: row.clusterRole,
    clusterIdx: row.clusterIdx,
    localRank: row.localRank,
    clusterHostname: row.clusterHostname,
    image,
    environ: {
      ...session.environ,
      ...row.environ,
      ...common.environ,
      BACKENDAI_KERNEL_ID: row.id,
      BACKENDAI_KERNEL_IMAGE: row.image,
      BACKENDAI_CLUSTER_ROLE: row.clusterRole,
      BACKENDAI_CLUSTER_IDX: String(row.clusterIdx),
      BACKENDAI_CLUSTER_LOCAL_RANK: String(row.localRank),
      BACKENDAI_CLUSTER_HOST: row.clusterHostname,
      BACKENDAI_SERVICE_PORTS: image.labels['ai.backend.service-ports'] ?? '',
    },
    resourceSlots: row.requestedSlots,
    resourceOpts: row.resourceOpts,
    mounts: session.vfolderMounts.map(({ name, hostPath, kernelPath, permission }) => ({
      name,
      hostPath,
      kernelPath,
      permission,
    })),
    bootstrapScript: row.bootstrapScript ?? session.bootstrapScript,
    // Only the main kernel of a batch session runs its command.
    startupCommand: row.startupCommand ?? (row.clusterRole === 'main' ? session.startupCommand : null),
    timeoutSeconds: session.timeout,
    idleTimeoutSeconds: common.idleTimeoutSeconds,
    preopenPorts: row.preopenPorts,
    scalingGroup: session.scalingGroupName ?? '',
    autoPull: common.autoPull,
    internalData,
  }
}

function sessionEnviron(
  session: SessionRow,
  kernels: readonly KernelRow[],
  user: { email: string; fullName: string },
): Record<string, string> {
  const replicas = Object.entries(replicasOf(kernels)).map(([role, count]) => `${role}:${count}`)
  return {
    BACKENDAI_USER_UUID: session.userUuid,
    BACKENDAI_USER_EMAIL: user.email,
    BACKENDAI_USER_NAME: user.fullName,
    BACKENDAI_SESSION_ID: session.id,
    BACKENDAI_SESSION_NAME: session.name,
    BACKENDAI_CLUSTER_SIZE: String(session.clusterSize),
    BACKENDAI_CLUSTER_REPLICAS: replicas.join(','),
    BACKENDAI_CLUSTER_HOSTS: kernels.map((row) => row.clusterHostname).join(','),
    BACKENDAI_ACCESS_KEY: session.accessKey,
    BACKENDAI_PREOPEN_PORTS: kernels.flatMap((row) => row.preopenPorts).join(','),
  }
}

function replicasOf(kernels: readonly KernelRow[]): Record<string, number> {
  const result: Record<string, number> = {}
  for (const { clusterRole } of kernels) result[clusterRole] = (result[clusterRole] ?? 0) + 1
  return result
}

function clusterInfo(session: SessionRow, kernels: readonly KernelRow[]): ClusterInfo {
  const isCluster = session.clusterSize > 1
  const kind = session.clusterMode === 'multi-node' ? 'multinode' : 'singlenode'
  const clusterNetwork = isCluster ? `bai-${kind}-${session.id}` : null
  return {
    mode: session.clusterMode,
    size: session.clusterSize,
    replicas: replicasOf(kernels),
    networkName: session.useHostNetwork ? 'host' : clusterNetwork,
    sshKeypair: sshKeypair(kernels[0]?.internalData.cluster_ssh_keypair),
  }
}

function sshKeypair(value: unknown): ClusterInfo['sshKeypair'] {
  if (typeof value !== 'object' || value === null) return null
  if (!('privateKey' in value) || !('publicKey' in value)) return null
  return { privateKey: String(value.privateKey), publicKey: String(value.publicKey) }
}

async function imageSpecs(
  { store, config }: Ports,
  rows: readonly KernelRow[],
): Promise<(row: KernelRow) => ImageSpec> {
  const wanted = new Map(rows.map((row) => [`${row.image}@${row.architecture}`, row]))
  const found = await imagesOf(store, [...wanted.values()])
  const known = await registries(config)
  return (row) => {
    const registry = known.get(row.registry)
    const image = found.find((one) => one.name === row.image && one.architecture === row.architecture)
    return {
      canonical: row.image,
      architecture: row.architecture,
      digest: image?.configDigest ?? '',
      labels: image?.labels ?? {},
      isLocal: image?.isLocal ?? true,
      registry: registry ? pullFrom(registry) : { name: row.registry, url: `https://${row.registry}` },
    }
  }
}

async function imagesOf(store: Readable, wanted: readonly KernelRow[]): Promise<ImageRow[]> {
  const [first] = wanted
  if (!first) return []
  if (wanted.length === 1)
    return await single(store).image({ name: first.image, architecture: first.architecture })
  const { images } = store.tables
  const each = wanted.map((row) => and(eq(images.name, row.image), eq(images.architecture, row.architecture)))
  return await store.db
    .select()
    .from(images)
    .where(or(...each))
}

async function autoPullMode({ config }: Ports): Promise<KernelConfig['autoPull']> {
  const mode = await config.get('config/docker/image/auto_pull')
  return mode === 'tag' || mode === 'none' ? mode : 'digest'
}
