import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnvironFile } from '../wire/environ-file.ts'

/** First of the shells that exist, as absolute path; decisions.md: bash, then ash, then sh. */
export function findShell(): string {
  return ['/bin/bash', '/bin/ash', '/bin/sh'].find((path) => existsSync(path)) ?? '/bin/sh'
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
  const user = existsSync(options.environPath)
    ? parseEnvironFile(readFileSync(options.environPath, 'utf8'))
    : {}
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
