import { existsSync } from 'node:fs'
import { join } from 'node:path'

const VENV = join(import.meta.dir, '../.venv')
export const SCRIPT = join(import.meta.dir, 'official.py')

export interface TreeCommand {
  /** `admin domain add` */
  path: string
  /** Other paths to the same command. */
  aliases: string[]
}

/** Python with the official client. @throws Error when it is not installed */
export function clientPython(): string {
  const path = join(VENV, 'bin/python')
  if (existsSync(path)) return path
  throw new Error('the official client is missing: "npm run compat -- client" installs it')
}

/** Every command of the official client, out of its own groups. */
export function commandTree(): TreeCommand[] {
  const { exitCode, stdout, stderr } = Bun.spawnSync([clientPython(), SCRIPT, 'tree'])
  if (exitCode !== 0) throw new Error(`${stderr}`)
  return JSON.parse(stdout.toString())
}
