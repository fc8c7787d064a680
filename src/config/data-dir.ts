import { accessSync, constants, mkdirSync } from 'node:fs'
import { ConfigError } from './config-error.ts'
import type { LoadedConfig } from './loader.ts'

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'is a file',
  ENOTDIR: 'is, or lies below, a file',
  EACCES: 'cannot be written by this user',
  EPERM: 'cannot be written by this user',
  EROFS: 'lies on a file system that is read-only',
  ENOSPC: 'lies on a file system that is full',
}

/**
 * Makes the data directory where there is none. Others may walk through it, since kernels with user numbers of their
 * own do; what is secret in it is 0600.
 * @throws ConfigError naming the path and who chose it.
 */
export function prepareDataDir({ data, sourceOf }: Pick<LoadedConfig, 'data' | 'sourceOf'>): string {
  try {
    mkdirSync(data.dir, { recursive: true, mode: 0o711 })
    accessSync(data.dir, constants.W_OK | constants.X_OK)
    return data.dir
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const reason = REASONS[code] ?? `cannot be made (${code || String(error)})`
    const message = `expected a directory that can be written; ${data.dir} ${reason}`
    throw new ConfigError([{ source: sourceOf('data.dir'), key: 'data.dir', message }])
  }
}
