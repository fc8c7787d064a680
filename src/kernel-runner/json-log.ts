import type { Logger } from '../lib/logger.ts'

/**
 * One JSON line per entry on standard error, in the shape of `lib/logger.ts`. The runner has its own, since loading
 * that one takes longer than everything else it does before it answers. Nothing here is given secrets.
 */
export function jsonLog(bindings: Record<string, unknown>): Logger {
  const write = (level: string) => (fields: object, msg: string) => {
    const time = new Date().toISOString()
    console.error(JSON.stringify({ level, time, ...bindings, ...fields, msg }))
  }
  return {
    trace: () => undefined,
    debug: () => undefined,
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (more) => jsonLog({ ...bindings, ...more }),
  }
}
