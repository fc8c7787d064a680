import { expect, test } from 'bun:test'
import { AgentDialer } from '../../src/kernel-runner/agent-dialer.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { encodeFrame } from '../../src/wire/runner-link/frame-codec.ts'
import { RUNNER_PROTOCOL, type RunnerFrame } from '../../src/wire/runner-protocol.ts'
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
  })
  await dialer.run(stop.signal, () => {
    tries += 1
  })
  expect(tries).toBe(1)
  agent.stop(true)
}, 2000)

test('what the agent says before anybody serves is not lost', async () => {
  using dir = tempDirectory('dialer')
  const socketPath = dir.at('runner.sock')
  const command: RunnerFrame = { kind: 'command', seq: 1, command: { type: 'interrupt' } }
  const told = Promise.withResolvers<void>()
  const agent = Bun.listen({
    unix: socketPath,
    socket: {
      data(socket) {
        socket.write(encodeFrame({ kind: 'welcome', protocol: RUNNER_PROTOCOL, epoch: 'e' }))
        socket.write(encodeFrame(command))
        told.resolve()
      },
    },
  })
  const stop = new AbortController()
  const dialer = new AgentDialer({
    socketPath,
    log: silentLogger,
    clock: systemClock,
    hello: () => ({ protocol: RUNNER_PROTOCOL, kernelId: 'k', token: 't', startedAt: 0, runtime: 'app' }),
  })
  const dialing = dialer.run(stop.signal, () => undefined)
  await told.promise
  const heard: unknown[] = []
  const frame = Promise.withResolvers<void>()
  dialer.serve({
    welcomed: (epoch) => heard.push(epoch),
    frame(one) {
      heard.push(one)
      frame.resolve()
    },
    lost() {},
  })
  await frame.promise
  expect(heard).toEqual(['e', command])
  stop.abort()
  await dialing
  agent.stop(true)
}, 2000)
