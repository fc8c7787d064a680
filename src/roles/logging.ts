import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadedConfig } from '../config/loader.ts'
import { createLogger, type Logger } from '../lib/logger.ts'
import { prettyLine } from './pretty-log.ts'

/** The log that `[logging]` describes: the console, a rotated file, or both. */
export function openLogger(config: LoadedConfig): { log: Logger; logFile: string | null } {
  const { logging, debug } = config
  const sinks: ((line: string) => void)[] = []
  let logFile: string | null = null
  if (logging.drivers.includes('console')) sinks.push(consoleSink(config))
  if (logging.drivers.includes('file')) {
    const directory = logging.file.path ?? join(config.data.dir, 'logs')
    logFile = join(directory, logging.file.filename ?? `${config.role}.log`)
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    sinks.push(fileSink(logFile, logging.file.rotationSize, logging.file.backupCount))
  }
  const level = debug.enabled && logging.level === 'info' ? 'debug' : logging.level
  const write = (line: string) => {
    for (const sink of sinks) sink(line)
  }
  return { log: createLogger({ level, write }), logFile }
}

function consoleSink({ logging }: LoadedConfig): (line: string) => void {
  const colored = logging.console.colored ?? process.stderr.isTTY === true
  if (logging.console.format === 'json') return (line) => void process.stderr.write(line)
  const verbose = logging.console.format === 'verbose'
  return (line) => void process.stderr.write(prettyLine(line, { colored, verbose }))
}

/** Appends; at `rotationSize` bytes the file becomes `.1`, `.1` becomes `.2`, up to `backupCount`. */
function fileSink(path: string, rotationSize: number, backupCount: number): (line: string) => void {
  let fd = openSync(path, 'a', 0o600)
  let size = fstatSync(fd).size
  return (line) => {
    const bytes = Buffer.from(line, 'utf8')
    if (size + bytes.length > rotationSize && size > 0) {
      closeSync(fd)
      rotate(path, backupCount)
      fd = openSync(path, 'a', 0o600)
      size = 0
    }
    writeSync(fd, bytes)
    size += bytes.length
  }
}

function rotate(path: string, backupCount: number): void {
  if (backupCount === 0) {
    rmSync(path, { force: true })
    return
  }
  for (let index = backupCount - 1; index >= 0; index--) {
    try {
      renameSync(index === 0 ? path : `${path}.${index}`, `${path}.${index + 1}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
