import pino from 'pino'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** Structured logs: `log.info({ sessionId }, 'session started')`. Secrets never go in. */
export interface Logger {
  trace(fields: object, message: string): void
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(bindings: Record<string, unknown>): Logger
}

const SECRET_PATHS = [
  'password',
  'secret',
  'secretKey',
  'secret_key',
  'token',
  'authorization',
  'cookie',
].flatMap((name) => [name, `*.${name}`])

export interface LoggerOptions {
  level: LogLevel
  /** Default: one JSON line per entry to standard error, written synchronously (a worker transport fails when compiled). */
  write?: (line: string) => void
}

export function createLogger(options: LoggerOptions): Logger {
  const destination = options.write ? { write: options.write } : pino.destination({ fd: 2, sync: true })
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError },
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
    },
    destination,
  )
}

/** As pino does it, but by the error's own name: class names are shortened in the executable. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return { ...pino.stdSerializers.err(error), type: error.name }
}

export const silentLogger: Logger = createLogger({ level: 'silent' })
