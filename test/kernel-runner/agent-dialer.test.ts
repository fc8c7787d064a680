import { expect, test } from 'bun:test'
import { AgentDialer } from '../../src/kernel-runner/agent-dialer.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { RUNNER_PROTOCOL } from '../../src/wire/runner-protocol.ts'
import { tempDirectory } from '../harness/temp.ts'

test('an end that comes while it dials ends it', async () => {
  using dir = tempDirectory('dialer')
  const socketPath = dir.at('runner.sock')
  const agent = Bun.listen({ unix: socketPath, socket: { data() {} } })
  const stop = new AbortController()
  let tries = 0
  const dialer = new AgentDialer({
    socketPath,
    log: silentLogger,
    clock: systemClock,
    hello() {
      stop.abort()
      return { protocol: RUNNER_PROTOCOL, kernelId: 'k', token: 't', startedAt: 0, runtime: 'app' }
    },
    welcomed() {},
    frame() {},
    lost() {},
  })
  await dialer.run(stop.signal, () => {
    tries += 1
  })
  expect(tries).toBe(1)
  agent.stop(true)
}, 2000)
