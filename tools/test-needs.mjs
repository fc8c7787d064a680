// Installs what the tests need beyond npm's packages, and says what could not be had. Only what is missing, only as root.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, quietly, root } from './toolchain.mjs'

/** Debian packages per need. */
const PACKAGES = {
  postgresql: ['postgresql'],
  redis: ['redis-server'],
  engine: ['docker.io', 'mmdebstrap', 'busybox-static'],
  python: ['python3', 'python3-venv', 'make', 'openssh-client'],
  browser: ['chromium'],
  registry: ['docker-registry'],
}

const CONSTRAINTS = join(root, 'test/compat/constraints.txt')
export const VENV = join(root, 'test/compat/.venv')

const onPath = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

const hasPostgres = () => {
  const family = '/usr/lib/postgresql'
  return (
    existsSync(family) &&
    readdirSync(family).some((version) => existsSync(join(family, version, 'bin/initdb')))
  )
}

/** A command says more than the package list: another packaging of the same program serves as well. */
const PRESENT = {
  postgresql: hasPostgres,
  'redis-server': () => onPath('redis-server'),
  'docker.io': () => onPath('dockerd'),
  mmdebstrap: () => onPath('mmdebstrap'),
  'busybox-static': () => onPath('busybox'),
  python3: () => onPath('python3'),
  'python3-venv': () =>
    onPath('python3') && spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0,
  make: () => onPath('make'),
  'openssh-client': () => onPath('ssh'),
  chromium: () => onPath('chromium'),
  'docker-registry': () => onPath('docker-registry'),
}

const missingPackages = (needs) =>
  [...new Set(needs.flatMap((need) => PACKAGES[need] ?? []))].filter((name) => !PRESENT[name]())

async function installPackages(names) {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return
  console.log(`· Installing ${names.join(', ')}`)
  // RUNLEVEL=1 keeps the packages from starting their services: tests start servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  await quietly('apt-get', ['update', '-q'], { env })
  await quietly('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { env })
}

/** The client's old releases need Python 3.11, whatever the machine's default is. */
function python311() {
  const version = 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'
  return ['python3.11', 'python3', '/usr/bin/python3'].find(
    (command) => onPath(command) && spawnSync(command, ['-c', version]).status === 0,
  )
}

/** The official client in a virtual environment; made anew when its constraints change. */
async function installClient() {
  if (!existsSync(CONSTRAINTS)) throw new Failure('test/compat/constraints.txt is missing')
  const wanted = createHash('sha256').update(readFileSync(CONSTRAINTS)).digest('hex')
  const stamp = join(VENV, 'constraints.sha256')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const python = python311()
  if (!python) throw new Failure('no Python 3.11')
  console.log('· Installing the official client')
  rmSync(VENV, { recursive: true, force: true })
  await quietly(python, ['-m', 'venv', VENV])
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
  // The client's dependencies import pkg_resources without asking for it.
  await quietly(join(VENV, 'bin/python'), [...pip, '-c', CONSTRAINTS, 'backend.ai-client', 'setuptools'])
  writeFileSync(stamp, wanted)
}

/**
 * @param {string[]} needs
 * @returns {Promise<Map<string, string>>} need → why it is missing
 */
export async function installNeeds(needs) {
  const problems = new Map()
  const absent = missingPackages(needs)
  let reason = 'install it, or run this as root'
  if (absent.length > 0) {
    await installPackages(absent).catch((error) => {
      reason = error.message.split('\n').at(-1)
    })
  }
  for (const need of needs) {
    const still = missingPackages([need])
    if (still.length > 0) problems.set(need, `${still.join(', ')} missing: ${reason}`)
  }
  if (needs.includes('engine') && process.getuid?.() !== 0 && !process.env.DOCKER_HOST) {
    if (!existsSync('/var/run/docker.sock'))
      problems.set('engine', 'no container engine answers, and starting one needs root')
  }
  if (needs.includes('client')) {
    await installClient().catch((error) =>
      problems.set('client', `official client: ${error.message.split('\n').at(-1)}`),
    )
  }
  return problems
}
