import type { Tables } from '../../db/tables/index.ts'

export type SessionRow = Tables['sessions']['$inferSelect']
export type KernelRow = Tables['kernels']['$inferSelect']
export type AgentRow = Tables['agents']['$inferSelect']
export type ImageRow = Tables['images']['$inferSelect']
export type ScalingGroupRow = Tables['scalingGroups']['$inferSelect']

/** The columns of a session that every event tells. */
export type SessionIdentity = Pick<
  SessionRow,
  'id' | 'name' | 'accessKey' | 'userUuid' | 'groupId' | 'domainName'
>

export const sessionIdentity = (t: Tables['sessions']) => ({
  id: t.id,
  name: t.name,
  accessKey: t.accessKey,
  userUuid: t.userUuid,
  groupId: t.groupId,
  domainName: t.domainName,
})

const CHUNK = 500

/** Pieces that fit into one statement's parameters on every dialect. */
export function chunked<T>(items: readonly T[]): T[][] {
  const result: T[][] = []
  for (let start = 0; start < items.length; start += CHUNK) result.push(items.slice(start, start + CHUNK))
  return result
}
