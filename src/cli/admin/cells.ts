import { jsonObject, slotsText } from '../sizes.ts'
import type { Column } from '../table.ts'
import { ago } from '../times.ts'

/** A column of a list of items. */
export interface Cell<T> extends Column {
  show: (item: T, now: number) => string
}

export const yesNo = (value: boolean | null | undefined): string => (value ? 'yes' : 'no')

/** `2026-11-21T08:00:00Z (5 min ago)` */
export const timeText = (time: string | null | undefined, now: number): string =>
  time ? `${time} (${ago(time, now)})` : ''

/** Limits of a JSON text of slots. */
export const limitsText = (json: unknown): string => slotsText(json) || 'no limit'

/** `local:volume1: mount-in-session, …`, a line per host. */
export const hostsText = (json: unknown): string =>
  Object.entries(jsonObject(json))
    .map(([host, permissions]) => `${host}: ${Array.isArray(permissions) ? permissions.join(', ') : ''}`)
    .join('\n')

/** Indented JSON of a JSON text; empty for an empty object. */
export function treeText(json: unknown): string {
  const tree = jsonObject(json)
  return Object.keys(tree).length === 0 ? '' : JSON.stringify(tree, null, 2)
}
