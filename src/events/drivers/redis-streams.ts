import type { Redis } from 'ioredis'

/** An entry of a stream that a member of a group has taken. */
export interface Entry {
  key: string
  id: string
  text: string
}

interface MemberOf {
  keys: readonly string[]
  group: string
  member: string
}

type RawEntry = [id: string, fields: string[] | null]

const COUNT = 16
const DEAD_MEMBER_MS = 3600_000

/** `from`: `$` for what comes from now on, `0` for all that is there. */
export async function addMissingGroups(
  redis: Redis,
  keys: readonly string[],
  group: string,
  from: '$' | '0',
): Promise<void> {
  for (const key of keys) {
    try {
      await redis.xgroup('CREATE', key, group, from, 'MKSTREAM')
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error
    }
  }
}

/** Waits up to `blockMs` for entries that no member has. */
export async function readNew(redis: Redis, of: MemberOf & { blockMs: number }): Promise<Entry[]> {
  const newest = of.keys.map(() => '>')
  const reply = (await redis.xreadgroup(
    'GROUP',
    of.group,
    of.member,
    'COUNT',
    COUNT,
    'BLOCK',
    of.blockMs,
    'STREAMS',
    ...of.keys,
    ...newest,
  )) as [key: string, entries: RawEntry[]][] | null
  return (reply ?? []).flatMap(([key, entries]) => entries.flatMap((entry) => entryOf(key, entry)))
}

/** Takes entries that lay with a member for `idleMs` without a sign, and forgets members that are long dead. */
export async function claimAbandoned(redis: Redis, of: MemberOf & { idleMs: number }): Promise<Entry[]> {
  const claimed: Entry[] = []
  for (const key of of.keys) {
    const [, entries] = (await redis.xautoclaim(
      key,
      of.group,
      of.member,
      of.idleMs,
      '0',
      'COUNT',
      COUNT,
    )) as [cursor: string, entries: RawEntry[]]
    claimed.push(...entries.flatMap((entry) => entryOf(key, entry)))
    await forgetDeadMembers(redis, key, of.group)
  }
  return claimed
}

async function forgetDeadMembers(redis: Redis, key: string, group: string): Promise<void> {
  const consumers = (await redis.xinfo('CONSUMERS', key, group)) as (string | number)[][]
  for (const fields of consumers) {
    const value = (name: string) => fields[fields.indexOf(name) + 1]
    if (value('pending') !== 0 || Number(value('idle')) < DEAD_MEMBER_MS) continue
    await redis.xgroup('DELCONSUMER', key, group, String(value('name')))
  }
}

/** None for an entry that was trimmed while it lay with its member. */
function entryOf(key: string, [id, fields]: RawEntry): Entry[] {
  const text = fields?.[1]
  return text === undefined ? [] : [{ key, id, text }]
}
