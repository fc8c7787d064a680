import type { ResourceGroup, SchedulingPolicy } from '../../core/scheduling.ts'
import type { ManagerPorts } from '../context.ts'
import type { ScalingGroupRow } from '../services/rows.ts'

/** The policy that a resource group names, with its options; a group that names none that exists gets fifo. */
export function policyOf(
  ports: Pick<ManagerPorts, 'schedulers' | 'log'>,
  groups: ReadonlyMap<string, ScalingGroupRow>,
): (group: ResourceGroup) => SchedulingPolicy {
  const named = (name: string) => ports.schedulers.find((plugin) => plugin.name === name)
  const fallback = named('fifo')
  if (!fallback) throw new Error('the scheduler policy "fifo" is not among the plugins')
  return ({ name }) => {
    const row = groups.get(name)
    const plugin = named(row?.scheduler ?? 'fifo')
    if (!plugin) {
      ports.log.warn(
        { scalingGroup: name, scheduler: row?.scheduler },
        'unknown scheduler policy: fifo serves',
      )
    }
    const options = row?.schedulerOpts.config
    try {
      return (plugin ?? fallback).configure(isRecord(options) ? options : {})
    } catch (error) {
      ports.log.warn({ err: error, scalingGroup: name }, 'bad scheduler options: fifo serves')
      return fallback.configure({})
    }
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
