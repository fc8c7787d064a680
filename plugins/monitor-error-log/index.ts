import type { ErrorContext, ErrorMonitorPlugin } from '../../src/plugin/monitor.ts'

const MAX_TEXT = 65_536
/** Failures beyond so many in a minute are only counted: a broken disk must not fill the table. */
const MAX_PER_MINUTE = 60

/** Writes unexpected failures into the error log that `GET /logs/error` shows. On unless switched off. */
export const monitorErrorLog: ErrorMonitorPlugin = {
  name: 'intrinsic',
  isOnByDefault: true,
  configure(_settings, { clock, log, recordError }) {
    let minute = 0
    let written = 0

    async function write(message: string, traceback: string | null, context: ErrorContext): Promise<void> {
      const now = Math.floor(clock.now() / 60_000)
      if (now !== minute) {
        if (written > MAX_PER_MINUTE) {
          log.warn({ failures: written - MAX_PER_MINUTE }, 'failures were left out of the error log')
        }
        minute = now
        written = 0
      }
      written += 1
      if (written > MAX_PER_MINUTE) return
      await recordError({
        severity: 'error',
        message: message.slice(0, MAX_TEXT),
        traceback: traceback?.slice(0, MAX_TEXT) ?? null,
        context,
      })
    }

    return {
      captureException: (error, context) =>
        error instanceof Error
          ? write(`${error.name}: ${error.message}`, error.stack ?? null, context)
          : write(String(error), null, context),
      captureMessage: (message, context) => write(message, null, context),
    }
  },
}
