import * as v from 'valibot'
import { byteSize } from '../value/byte-size.ts'
import { flag, oneOf, orNull, text, whole } from '../value/scalar.ts'
import { section } from './section.ts'

const LEVELS = {
  trace: 'trace',
  notset: 'trace',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
  silent: 'silent',
} as const

const isLevel = (name: string): name is keyof typeof LEVELS => name in LEVELS

/** `INFO`, `warning`, …: the original's names and ours, in any case. */
const level = v.pipe(
  text,
  v.transform((name) => name.toLowerCase()),
  v.guard(isLevel, 'expected one of "trace", "debug", "info", "warning", "error", "critical", "silent"'),
  v.transform((name) => LEVELS[name]),
)

export const loggingSection = section({
  level: v.optional(level, 'info'),
  drivers: v.optional(v.array(oneOf('console', 'file'), 'expected a list of "console" and "file"'), [
    'console',
  ]),
  console: section({
    /** Null: colours on a terminal. */
    colored: orNull(flag),
    format: v.optional(oneOf('simple', 'verbose', 'json'), 'verbose'),
  }),
  file: section({
    /** A directory; null: `logs` in the data directory. */
    path: orNull(text),
    /** Null: `<role>.log`. */
    filename: orNull(text),
    'rotation-size': v.optional(byteSize, 10 * 1024 ** 2),
    'backup-count': v.optional(whole(0, 1000), 5),
  }),
})
