import type { CreatedSession } from '../../client/session-types.ts'
import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-code.ts'

/** Says what has become of a requested session; the exit code. */
export function reportStart({ out }: CommandContext, name: string, session: CreatedSession): number {
  const kept = session.created ? '' : ' (already there)'
  switch (session.status) {
    case 'RUNNING':
      out.done(`Session ${name} is ready.${kept}`)
      for (const port of session.servicePorts) out.info(`App ${port.name} (${port.protocol})`)
      return EXIT.ok
    case 'TIMEOUT':
      out.warn(`Session ${name} did not start in time and stays in the queue.`)
      return EXIT.notStarted
    case 'ERROR':
    case 'CANCELLED':
    case 'TERMINATED':
      out.warn(
        `Session ${name} did not start: it is ${session.status}. "backend.ai info ${name}" tells more.`,
      )
      return EXIT.notStarted
    default:
      out.done(`Session ${name} is ${session.status.toLowerCase()}.${kept}`)
      return EXIT.ok
  }
}
