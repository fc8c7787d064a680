import { expect, test } from 'bun:test'
import { createSessionParams } from '../../../src/api/session.ts'
import { Problem } from '../../../src/core/problem.ts'
import { readParams } from '../../../src/manager/api/read-params.ts'

/** The fields that a body is refused for. */
async function refused(body: object): Promise<string[]> {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const env = { incoming: { headers: {} }, readBody: async () => bytes }
  const params = readParams(createSessionParams, env, new URLSearchParams(), 1000)
  const error = await params.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof Problem ? Object.keys(error.data ?? {}) : []
}

const session = { image: 'python', name: 'mine' }

test.each([
  [{ ...session, cluster_size: 0 }, ['cluster_size']],
  [{ ...session, clusterSize: 0 }, ['clusterSize']],
  [{ ...session, config: { preopen_ports: 'x' } }, ['config.preopen_ports']],
  [{ ...session, config: { preopenPorts: ['x'] } }, ['config.preopenPorts.0']],
  [{ image: 'python' }, ['name']],
])('%j is refused with the keys that were sent', async (body, fields) => {
  expect(await refused(body)).toEqual(fields)
})
