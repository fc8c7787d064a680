import { systemClock } from '../lib/clock.ts'
import { RUNNER_PROTOCOL } from '../wire/runner-protocol.ts'
import { AgentDialer } from './agent-dialer.ts'
import { jsonLog } from './json-log.ts'
import { SettingsError, takeSettings } from './settings.ts'

/**
 * `backendai kernel-runner`: started by the agent, in a container or as a native process. Everything it needs is in
 * `BACKENDAI_RUNNER_*` (settings.ts); it ends with SIGTERM or SIGINT. A session waits for its hello, which therefore
 * goes out before all that serves the agent is loaded.
 * @returns 0 after an ordinary end, 2 when it was started wrongly
 */
export async function runKernelRunner(_argv: string[]): Promise<number> {
  let settings: ReturnType<typeof takeSettings>
  try {
    settings = takeSettings(process.env)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(`kernel-runner: ${error.message}`)
    return 2
  }
  const { kernelId, token, socketPath, runtime } = settings
  const log = jsonLog({ kernelId })
  const stop = new AbortController()
  const end = () => stop.abort()
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  const startedAt = systemClock.now()
  const hello = () => ({ protocol: RUNNER_PROTOCOL, kernelId, token, startedAt, runtime })
  const dialer = new AgentDialer({ socketPath, hello, log, clock: systemClock })
  const tried = Promise.withResolvers<void>()
  const dialing = dialer.run(stop.signal, tried.resolve)
  await Promise.race([tried.promise, dialing])
  if (stop.signal.aborted) return 0
  const { serveKernel } = await import('./serve-kernel.ts')
  await serveKernel({ settings, dialer, dialing, log, clock: systemClock })
  return 0
}
