import type { MountReport } from '../../client/admin/storage-hosts.ts'
import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-code.ts'

/** Prints what a mount gave on the manager and on each agent; 1 when one of them failed. */
export function showMountReport({ out }: CommandContext, report: MountReport): number {
  const nodes = [['manager', report.manager] as const, ...Object.entries(report.agents)]
  const hasFailed = nodes.some(([, { success }]) => success === false)
  if (out.isJson) {
    out.json(report)
    return hasFailed ? EXIT.failed : EXIT.ok
  }
  out.table(
    [{ title: 'NODE', min: 10 }, { title: 'OUTCOME' }, { title: 'MOUNTS', min: 20 }],
    nodes.map(([name, { success, message, mounts }]) => [
      name,
      success === false ? 'failed' : 'done',
      [...(mounts ?? []), message ?? ''].filter((text) => text !== '').join(', '),
    ]),
  )
  return hasFailed ? EXIT.failed : EXIT.ok
}
