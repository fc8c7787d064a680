import { eq, inArray } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { allowedScalingGroups } from '../../services/allowed-scaling-groups.ts'
import type { ImageRow } from '../../services/rows.ts'
import type { GraphContext } from './context.ts'
import { agentsByImage, groupsOfUser } from './loaders.ts'

const FEATURES = 'ai.backend.features'
const OWNER = 'ai.backend.customized-image.owner'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Every image is of one kind: made by a user from a session, for the system's own use, or neither. */
export type ImageKind = 'general' | 'operational' | 'customized'

export function kindOfImage({ labels }: ImageRow): ImageKind {
  if (labels[OWNER] !== undefined) return 'customized'
  return (labels[FEATURES] ?? '').split(/\s+/).includes('operation') ? 'operational' : 'general'
}

/** As agents report what they have. */
export const installedName = (row: Pick<ImageRow, 'name' | 'architecture'>): string =>
  `${row.name}@${row.architecture}`

/** Whether the requester, or a project of theirs, made an image. */
export async function ownImages(context: GraphContext): Promise<(row: ImageRow) => boolean> {
  const { userUuid } = context.requester
  const projects = await groupsOfUser(context, userUuid)
  const owners = new Set([`user:${userUuid}`, ...projects.map(({ id }) => `project:${id}`)])
  return ({ labels }) => owners.has(labels[OWNER] ?? '')
}

/** Which images the requester may use (domain-model.md §5), in a domain that superadmins choose. */
export async function usableImages(
  context: GraphContext,
  named: string | null = null,
): Promise<(row: ImageRow) => boolean> {
  const { requester, ports } = context
  if (named !== null && named !== requester.domainName && !requester.isSuperadmin) {
    throw new Problem('generic-forbidden', { msg: 'Another domain is not yours to see.' })
  }
  if (requester.isSuperadmin && named === null) return () => true
  const { domains } = ports.store.tables
  const [domain] = await ports.store.db
    .select({ registries: domains.allowedDockerRegistries })
    .from(domains)
    .where(eq(domains.name, named ?? requester.domainName))
  const allowed = new Set(domain?.registries ?? [])
  const isOwn = await ownImages(context)
  // A local image belongs to no registry that could be allowed or not.
  return (row) =>
    (row.isLocal || allowed.has(row.registry)) &&
    (requester.isSuperadmin || kindOfImage(row) !== 'customized' || isOwn(row))
}

/** Images that agents have where a project, or one resource group, may run sessions; null where nobody asks. */
export async function imagesOfAgents(
  context: GraphContext,
  scope: { domain: string | null; group: string | null; scalingGroup: string | null },
): Promise<((row: ImageRow) => boolean) | null> {
  if (scope.group === null && scope.scalingGroup === null) return null
  const names = await scalingGroupsOf(context, scope)
  const { agents } = context.ports.store.tables
  const rows = await context.ports.store.db
    .select({ id: agents.id })
    .from(agents)
    .where(inArray(agents.scalingGroup, names))
  const ids = new Set(rows.map(({ id }) => id))
  const installed = await agentsByImage(context)
  return (row) => (installed.get(installedName(row)) ?? []).some((id) => ids.has(id))
}

async function scalingGroupsOf(
  context: GraphContext,
  {
    domain,
    group,
    scalingGroup,
  }: { domain: string | null; group: string | null; scalingGroup: string | null },
): Promise<string[]> {
  const { requester, ports } = context
  if (requester.isSuperadmin && group === null) return scalingGroup === null ? [] : [scalingGroup]
  const own = await groupsOfUser(context, requester.userUuid)
  const groupIds = group === null ? own.map(({ id }) => id) : await projectIds(context, group)
  const allowed = await allowedScalingGroups(ports.store, {
    domainName: domain ?? requester.domainName,
    groupIds,
    accessKey: requester.accessKey,
  })
  const names = allowed.map(({ name }) => name)
  return scalingGroup === null ? names : names.filter((name) => name === scalingGroup)
}

/** The project by its id or name; users name their own only. @throws Problem */
async function projectIds(context: GraphContext, named: string): Promise<string[]> {
  const { requester, ports } = context
  const { groups } = ports.store.tables
  const rows = await ports.store.db
    .select()
    .from(groups)
    .where(UUID.test(named) ? eq(groups.id, named.toLowerCase()) : eq(groups.name, named))
  const own = new Set((await groupsOfUser(context, requester.userUuid)).map(({ id }) => id))
  const visible = rows.filter(
    ({ id, domainName }) =>
      requester.isSuperadmin ||
      (domainName === requester.domainName && (requester.role === 'admin' || own.has(id))),
  )
  if (visible.length > 0) return visible.map(({ id }) => id)
  throw new Problem('object-not-found', { msg: `There is no project "${named}" that you may use.` })
}
