import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnvironFile } from '../wire/environ-file.ts'

/** First of the shells that exist, as absolute path; decisions.md: bash, then ash, then sh. */
export function findShell(): string {
  return ['/bin/bash', '/bin/ash', '/bin/sh'].find((path) => existsSync(path)) ?? '/bin/sh'
}

export interface ChildEnvironmentOptions {
  /** ENV of the image. */
  image: Readonly<Record<string, string>>
  environPath: string
  workDir: string
  shell: string
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Come first where they exist, as in the original. */
const ACCELERATOR_PATHS = ['/usr/local/nvidia/bin', '/usr/local/cuda/bin']

/**
 * The environment of every process of the user: the defaults of decisions.md, the image's ENV, then environ.txt. Who the
 * user is and where home lies is ours to say, whatever an image has set for its own user.
 */
export function childEnvironment(options: ChildEnvironmentOptions): Record<string, string> {
  const user = existsSync(options.environPath)
    ? parseEnvironFile(readFileSync(options.environPath, 'utf8'))
    : {}
  const environ: Record<string, string> = {
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    PATH: DEFAULT_PATH,
    ...options.image,
    SHELL: options.shell,
    USER: 'work',
    LOGNAME: 'work',
    ...user,
    HOME: options.workDir,
  }
  const first = [join(options.workDir, '.local/bin'), ...ACCELERATOR_PATHS.filter((path) => existsSync(path))]
  const given = (environ.PATH ?? '').split(':').filter(Boolean)
  return { ...environ, PATH: [...first.filter((path) => !given.includes(path)), ...given].join(':') }
}
