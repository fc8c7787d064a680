import { and, eq, gte, inArray } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { type Slots, slotsToJson } from '../../../core/slots.ts'
import { isUniqueViolation } from '../../../db/errors.ts'
import { insertRows } from '../../../db/insert-rows.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { MountRecord } from '../../../db/tables/sessions.ts'
import { sessionEvents } from '../../../events/catalog/session.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { holdFolders } from '../folders/hold-folders.ts'
import type { CreateSessionInput } from '../requests.ts'
import type { ImageRow, ScalingGroupRow, SessionRow } from '../rows.ts'
import { sessionEvent } from '../session-events.ts'
import { slotTypes } from '../slot-types.ts'
import { checkInput, parseStartsAt } from './check-input.ts'
import { enqueueQueries } from './enqueue-queries.ts'
import { findImage } from './find-image.ts'
import { internalData } from './internal-data.ts'
import { type KernelDraft, kernelColumns, kernelDrafts, totalSlots } from './kernel-drafts.ts'
import { loadOwner, type Owner, ownerKey } from './owner.ts'
import { checkClusterSize, checkPending, checkTotals } from './quota.ts'
import { requireActiveOwner } from './require-active-owner.ts'
import { resolveDependencies, resolveProject, resolveScalingGroup, type Scope } from './scope.ts'

export interface EnqueueContext {
  ports: Pick<ManagerPorts, 'store' | 'config' | 'clock' | 'plugins'>
  newId: () => string
  /** Turns mount requests into host paths. */
  resolveMounts: MountResolver
}

/** Resolves the folders of a request (domain-model.md §4). */
export type MountResolver = (
  owner: Owner,
  scope: Scope,
  config: CreateSessionInput['config'],
) => Promise<MountRecord[]>

export interface Enqueued {
  session: Pick<SessionRow, 'id' | 'name' | 'status'>
  created: boolean
}

/** How long a client token stands for the session that it made. */
const TOKEN_TTL_MS = 15 * 60_000

/** Checks a request, resolves what it names, and writes session and kernels; or gives the one that is there already. */
export async function enqueueSession(
  context: EnqueueContext,
  requester: Requester,
  input: CreateSessionInput,
): Promise<Enqueued> {
  checkInput(input)
  const { store } = context.ports
  const accessKey = await ownerKey(store, requester, input.ownerAccessKey)
  const repeated = await findByToken(context, store.db, accessKey, input.clientToken)
  if (repeated) return { session: repeated, created: true }
  const image = await findImage(store, input.image, input.architecture)
  const existing = await findByName(store, accessKey, input.name)
  if (existing) return reuse(existing, image, input)
  const draft = await prepareDraft(context, requester, accessKey, image, input)
  await context.ports.plugins.hooks.demand('PRE_ENQUEUE_SESSION', {
    sessionId: draft.sessionId,
    sessionName: input.name,
    accessKey,
  })
  try {
    return await store.tx((tx) => insertDraft(context, tx, draft, input))
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const winner = await findByName(store, accessKey, input.name)
    if (!winner) throw error
    return reuse(winner, image, input)
  }
}

type Existing = Pick<SessionRow, 'id' | 'name' | 'status' | 'images'>

async function findByName(store: Store, accessKey: string, name: string, tx?: Tx) {
  const [row] = await enqueueQueries(store).living({ accessKey, name }, tx)
  return row ?? null
}

async function findByToken(
  { ports: { store, clock } }: EnqueueContext,
  db: Store['db'],
  accessKey: string,
  token: string | null,
): Promise<Existing | null> {
  if (token === null) return null
  const { sessions } = store.tables
  const [row] = await db
    .select({ id: sessions.id, name: sessions.name, status: sessions.status, images: sessions.images })
    .from(sessions)
    .where(
      and(
        eq(sessions.accessKey, accessKey),
        eq(sessions.clientToken, token),
        gte(sessions.createdAt, new Date(clock.now() - TOKEN_TTL_MS)),
      ),
    )
  return row ?? null
}

function reuse(existing: Existing, image: ImageRow, input: CreateSessionInput): Enqueued {
  if (input.reuseIfExists && existing.images[0] === image.name) return { session: existing, created: false }
  const msg = input.reuseIfExists
    ? `The session "${existing.name}" runs another image, ${existing.images[0] ?? 'an unknown one'}.`
    : `A session named "${existing.name}" is alive.`
  throw new Problem('session-already-exists', { msg, data: { existingSessionId: existing.id } })
}

interface Draft {
  sessionId: string
  kernels: KernelDraft[]
  owner: Owner
  scope: Scope
  group: ScalingGroupRow
  image: ImageRow
  requested: Slots
  mounts: MountRecord[]
  startsAt: Date | null
  dependencies: string[]
  internal: Record<string, unknown>
}

async function prepareDraft(
  context: EnqueueContext,
  requester: Requester,
  accessKey: string,
  image: ImageRow,
  input: CreateSessionInput,
): Promise<Draft> {
  const { store, config, clock } = context.ports
  const owner = await loadOwner(store, accessKey)
  const scope = await resolveProject(store, owner, input.domain, input.group)
  const group = await resolveScalingGroup(store, owner, scope, input.config.scalingGroup, input.type)
  const types = await slotTypes(config)
  const drafting = { store, newId: context.newId, types, scope, mainImage: image }
  const sessionId = context.newId()
  const kernels = await kernelDrafts(drafting, input)
  checkClusterSize(input.clusterSize, owner)
  const requested = totalSlots(kernels)
  checkTotals(requested, owner, scope, types)
  await checkAgentList(store, requester, input)
  const mounts = await context.resolveMounts(owner, scope, input.config)
  return {
    sessionId,
    kernels,
    owner,
    scope,
    group,
    image,
    requested,
    mounts,
    startsAt: parseStartsAt(input.startsAt, clock.now()),
    dependencies: await resolveDependencies(store, accessKey, input.dependencies),
    internal: { ...(await internalData(owner, scope, input.clusterSize, mounts)), ...input.internal },
  }
}

async function checkAgentList(store: Store, requester: Requester, input: CreateSessionInput): Promise<void> {
  const { agentList } = input.config
  if (agentList.length === 0) return
  if (!requester.isSuperadmin) {
    throw new Problem('insufficient-privilege', { msg: 'Only superadmins may choose agents.' })
  }
  const expected = input.clusterMode === 'multi-node' ? input.clusterSize : 1
  const { agents } = store.tables
  const known = await store.db.select({ id: agents.id }).from(agents).where(inArray(agents.id, agentList))
  const unknown = agentList.filter((id) => !known.some((row) => row.id === id))
  if (agentList.length === expected && unknown.length === 0) return
  const msg =
    unknown.length > 0
      ? `Unknown agent: ${unknown.join(', ')}.`
      : `Name exactly ${expected} agent(s) in agentList.`
  throw new Problem('invalid-api-params', { msg, data: {} })
}

async function insertDraft(
  context: EnqueueContext,
  tx: Tx,
  draft: Draft,
  input: CreateSessionInput,
): Promise<Enqueued> {
  const { store } = context.ports
  const { sessions, kernels, sessionDependencies, sessionCallbacks } = store.tables
  const accessKey = draft.owner.keypair.accessKey
  const repeated = await findByToken(context, tx, accessKey, input.clientToken)
  if (repeated) return { session: repeated, created: true }
  const existing = await findByName(store, accessKey, input.name, tx)
  if (existing) return reuse(existing, draft.image, input)
  // Looked at and counted where nobody comes between.
  await requireActiveOwner(tx, store, { accessKey, projectId: draft.scope.project.id })
  await checkPending({ db: tx, tables: store.tables }, draft.requested, draft.owner)
  const row = sessionRow(context, draft, input)
  await holdFolders(store, tx, draft.mounts, row.createdAt)
  await insertRows(tx, store, sessions, [row])
  await insertRows(tx, store, kernels, kernelRows(draft, input, row.createdAt))
  if (draft.dependencies.length > 0) {
    await tx
      .insert(sessionDependencies)
      .values(draft.dependencies.map((dependsOn) => ({ sessionId: row.id, dependsOn })))
  }
  if (row.callbackUrl !== null) {
    const due = { url: row.callbackUrl, told: {}, nextAt: row.createdAt }
    await tx.insert(sessionCallbacks).values({ sessionId: row.id, ...due })
  }
  await tx.emit([sessionEvent(sessionEvents.enqueued, row, { reason: '' })])
  return { session: { id: row.id, name: row.name, status: 'PENDING' }, created: true }
}

function sessionRow({ ports, newId }: EnqueueContext, draft: Draft, input: CreateSessionInput) {
  const { owner, scope, group, image } = draft
  const createdAt = new Date(ports.clock.now())
  return {
    id: draft.sessionId,
    creationId: newId().replaceAll('-', ''),
    name: input.name,
    liveName: input.name,
    sessionType: input.type,
    clusterMode: input.clusterMode,
    clusterSize: input.clusterSize,
    designatedAgents: input.config.agentList.length > 0 ? input.config.agentList : null,
    agentIds: [],
    scalingGroupName: group.name,
    domainName: scope.domain.name,
    groupId: scope.project.id,
    userUuid: owner.user.uuid,
    accessKey: owner.keypair.accessKey,
    images: [...new Set([image.name, ...draft.kernels.map((kernel) => kernel.image.name)])],
    tag: input.tag,
    occupyingSlots: {},
    requestedSlots: slotsToJson(draft.requested),
    vfolderMounts: draft.mounts,
    environ: input.config.environ,
    resourceOpts: draft.kernels[0]?.resourceOpts ?? {},
    bootstrapScript: input.bootstrapScript ?? (owner.keypair.bootstrapScript || null),
    useHostNetwork: group.useHostNetwork,
    startsAt: draft.startsAt,
    createdAt,
    status: 'PENDING' as const,
    statusData: {},
    statusHistory: { PENDING: createdAt.toISOString() },
    callbackUrl: input.callbackUrl,
    startupCommand: input.startupCommand,
    clientToken: input.clientToken,
  }
}

const kernelRows = (draft: Draft, input: CreateSessionInput, createdAt: Date) =>
  draft.kernels.map((kernel) => ({
    ...kernelColumns(kernel, input),
    sessionId: draft.sessionId,
    attachedDevices: {},
    servicePorts: [],
    preopenPorts: kernel.localRank === 0 ? input.config.preopenPorts : [],
    createdAt,
    status: 'PENDING' as const,
    statusChanged: createdAt,
    statusData: {},
    statusHistory: { PENDING: createdAt.toISOString() },
    internalData: draft.internal,
  }))
