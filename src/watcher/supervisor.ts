import { Problem } from '../core/problem.ts'

export type ServiceAction = 'start' | 'stop' | 'restart' | 'reload' | 'hard-reset' | 'shutdown'

/** Whoever can start and stop the agent of this node. */
export interface Supervisor {
  /** systemd's words: `active`, `inactive`, `failed`, … */
  status(): Promise<string>
  /** @throws Problem with what the supervisor said. */
  act(action: ServiceAction): Promise<void>
}

/** In `up` the agent shares our process: it can be looked at, not restarted by itself. */
export const statusOnlySupervisor = (isAgentUp: () => boolean): Supervisor => ({
  status: async () => (isAgentUp() ? 'active' : 'inactive'),
  act: async (action) => {
    throw new Problem('not-implemented', {
      title: 'The agent cannot be controlled by itself here.',
      msg: `All roles share one process (\`up\`); to ${action} the agent, restart it as a whole.`,
    })
  },
})

/** Controls a systemd unit through `systemctl`. */
export const systemdSupervisor = (unit: string, run: typeof systemctl = systemctl): Supervisor => ({
  status: async () => (await run(['is-active', unit])).output || 'unknown',
  act: async (action) => {
    for (const step of stepsOf(unit, action)) {
      const { exitCode, output } = await run(step)
      if (exitCode !== 0) {
        const title = `Cannot ${action} ${unit}: systemctl ${step.join(' ')} failed.`
        throw new Problem('internal-server-error', { title, msg: output })
      }
    }
  },
})

/** What systemctl is asked, one after the other. */
const stepsOf = (unit: string, action: ServiceAction): string[][] => {
  if (action === 'hard-reset')
    return [
      ['stop', unit],
      ['restart', 'docker.service'],
      ['start', unit],
    ]
  if (action === 'shutdown') return [['stop', unit], ['poweroff']]
  return [[action, unit]]
}

async function systemctl(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
  try {
    const child = Bun.spawn(['systemctl', ...args], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
    const [out, error] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    return { exitCode: await child.exited, output: (out.trim() || error.trim()).slice(0, 1000) }
  } catch (cause) {
    throw new Problem('service-unavailable', { msg: 'systemctl is not available on this node.', cause })
  }
}
