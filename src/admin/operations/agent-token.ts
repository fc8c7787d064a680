import * as v from 'valibot'
import { Problem } from '../../core/problem.ts'
import { defineOperation } from './define.ts'

/** The line that lets an agent join this cluster; a secret. */
export const agentToken = defineOperation(v.object({}), async ({ joinToken }) => {
  if (!joinToken) {
    throw new Problem('service-unavailable', {
      msg: 'a join token names the addresses of a running manager that takes agents: start "backendai manager"',
    })
  }
  return { token: await joinToken() }
})
