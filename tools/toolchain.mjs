// What `npm start` and `npm test` need before anything else can run: dependencies and Bun. Plain Node 20.
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** An expected failure: its message is all that the person at the terminal needs. */
export class Failure extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null)

/** Does node_modules hold what package-lock.json asks for? Optional packages may be absent, but not old. */
export function dependenciesAreCurrent() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {}
  const present = readJson(join(root, 'node_modules/.package-lock.json'))?.packages
  if (!present) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    const found = present[path]
    return found ? found.version === version : optional === true
  })
}

/** Runs a command quietly; its output is shown when it fails. @returns {Promise<void>} */
export function quietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => reject(new Failure(`${command}: ${error.message}`)))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      const tail = output.trim().split('\n').slice(-25).join('\n')
      reject(new Failure(`"${[command, ...args].join(' ')}" ended with ${signal ?? code}:\n${tail}`))
    })
  })
}

/** The npm that runs us, else the one on the path. */
function npm(args) {
  const script = process.env.npm_execpath
  return script?.endsWith('.js') ? quietly(process.execPath, [script, ...args]) : quietly('npm', args)
}

/** Installs what package-lock.json names, without running anybody's install scripts. */
export async function installDependencies() {
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
}

const REAL_BINARY_BYTES = 10_000_000
const isReal = (file) => existsSync(file) && statSync(file).size > REAL_BINARY_BYTES

/** The Bun executable; puts it where `node_modules/.bin/bun` points, which Bun's skipped install script would do. */
export function bunBinary() {
  const linked = join(root, 'node_modules/bun/bin/bun.exe')
  if (isReal(linked)) return linked
  const scope = join(root, 'node_modules/@oven')
  const builds = existsSync(scope) ? readdirSync(scope).map((name) => join(scope, name, 'bin/bun')) : []
  const binary = builds.filter(isReal).find((file) => spawnSync(file, ['--version']).status === 0)
  if (!binary) throw new Failure(`npm has no Bun for ${process.platform}-${process.arch}`)
  const scratch = `${linked}.${process.pid}`
  rmSync(scratch, { force: true })
  try {
    linkSync(binary, scratch)
  } catch {
    copyFileSync(binary, scratch)
  }
  renameSync(scratch, linked)
  return linked
}

/** Prints an error once and ends the process with its code. */
export function fail(error) {
  process.stderr.write(`\n${error instanceof Failure ? error.message : (error?.stack ?? error)}\n`)
  process.exit(error instanceof Failure ? error.exitCode : 1)
}
