import { Problem } from '../../../core/problem.ts'
import { readManagerState } from '../manager-status.ts'
import type { Mutation } from './audit-mutations.ts'

/** A frozen cluster is changed by nobody, whatever their role; `PUT /manager/status` thaws it. */
export function refuseWhileFrozen(mutations: Readonly<Record<string, Mutation>>): Record<string, Mutation> {
  const guarded = Object.entries(mutations).map(([name, resolve]): [string, Mutation] => [
    name,
    async (root, args, context) => {
      if ((await readManagerState(context.ports.config)) === 'frozen') throw new Problem('server-frozen')
      return await resolve(root, args, context)
    },
  ])
  return Object.fromEntries(guarded)
}
