import { expect, test } from 'bun:test'
import { createHeartbeats } from '../../src/manager/services/agents/heartbeats.ts'
import { createDispatched } from '../../src/manager/services/dispatched.ts'
import { writeAbuse } from '../../src/manager/services/live-stats.ts'
import { createSignals } from '../../src/manager/services/signals.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { startServedManager } from './served-manager.ts'

test('what an agent reports of a kernel is told of its session', async () => {
  await using manager = await startServedManager([new ScriptedAgent('a1')])
  await manager.call('POST', 'session', { image: 'python', name: 'suspect' })
  const { body: before } = await manager.call('GET', 'session/suspect/abusing-report')
  expect(before.abuse_report).toBeNull()
  const kernelId = String(before.kernel)
  const { ports } = manager
  const beats = createHeartbeats({
    ports,
    signals: createSignals(ports),
    dispatched: createDispatched(),
    newId: () => crypto.randomUUID(),
  })
  const abusing = { [kernelId]: 'detected' as const }
  await beats.note({ agentId: 'a1', at: 0, kernels: [], nodeStats: {}, kernelStats: {}, abusing })
  const { body } = await manager.call('GET', 'session/suspect/abusing-report')
  expect(body).toEqual({ kernel: kernelId, abuse_report: 'detected' })
  await writeAbuse(ports.cache, { [kernelId]: 'cleaning' })
  expect((await manager.call('GET', 'session/suspect/abusing-report')).body.abuse_report).toBe('cleaning')
  expect((await manager.call('GET', 'session/nobody/abusing-report')).status).toBe(404)
  expect((await fetch(`${manager.endpoint}/session/suspect/abusing-report`)).status).toBe(401)
})
