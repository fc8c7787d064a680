import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** First of the shells that exist, as absolute path; decisions.md: bash, then ash, then sh. */
export function findShell(): string {
  return ['/bin/bash', '/bin/ash', '/bin/sh'].find((path) => existsSync(path)) ?? '/bin/sh'
}

/** `KEY=VALUE` lines; a line without `=`, or with an impossible name, is skipped. */
export function parseEnviron(text: string): Record<string, string> {
  const environ: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals <= 0) continue
    const name = line.slice(0, equals)
    if (name.includes('\0') || line.includes('\0')) continue
    environ[name] = line.slice(equals + 1).replace(/\r$/, '')
  }
  return environ
}

export interface ChildEnvironmentOptions {
  environPath: string
  workDir: string
  shell: string
}

/**
 * The environment of every process of the user: the defaults of decisions.md, then environ.txt. It is built from
 * nothing: what the runner was started with stays with the runner.
 */
export function childEnvironment(options: ChildEnvironmentOptions): Record<string, string> {
  const user = existsSync(options.environPath) ? parseEnviron(readFileSync(options.environPath, 'utf8')) : {}
  const environ: Record<string, string> = {
    SHELL: options.shell,
    USER: 'work',
    LOGNAME: 'work',
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    PATH: '/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...user,
    HOME: options.workDir,
  }
  const localBin = join(options.workDir, '.local/bin')
  const path = environ.PATH ?? ''
  if (!path.split(':').includes(localBin)) environ.PATH = path === '' ? localBin : `${localBin}:${path}`
  return environ
}
