// Decides, before `up` starts, whether its Docker backend could run Python, and builds the image where that helps.
import { spawn } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { delimiter, join } from 'node:path'
import { root } from './toolchain.mjs'

const PING_MS = 1000
const REGISTRY_MS = 3000
const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'

/** Status of a GET, or null when nothing answers in time. */
function statusOf(target, limit, send = request) {
  return new Promise((resolve) => {
    const asked = send(target, (response) => {
      response.resume()
      resolve(response.statusCode ?? null)
    })
    const timer = setTimeout(() => asked.destroy(), limit)
    asked.on('error', () => resolve(null))
    asked.on('close', () => {
      clearTimeout(timer)
      resolve(null)
    })
    asked.end()
  })
}

/** Request options for a path of the engine's API; null for an address that is neither a socket nor TCP. */
function engine(path) {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length), path, host: 'engine' }
  if (!host.startsWith('tcp://')) return null
  const { hostname, port } = new URL(host)
  return { host: hostname, port, path }
}

const ask = async (path, limit) => {
  const target = engine(path)
  return target === null ? null : statusOf(target, limit)
}

const has = (command) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** The image's name stands once, in its recipe. */
function imageName() {
  const recipe = readFileSync(join(root, 'test/images/python/recipe.ts'), 'utf8')
  return /PYTHON_IMAGE = '([^']+)'/.exec(recipe)?.[1] ?? ''
}

function buildImage(bun) {
  return new Promise((resolve) => {
    const child = spawn(bun, [join(root, 'test/images/python/build.ts')], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let error = ''
    child.stderr.on('data', (chunk) => {
      error += chunk
    })
    child.on('close', (code) => resolve(code === 0 ? null : error.trim().split('\n')[0]))
  })
}

/**
 * @param {string} bun @param {(line: string) => void} say
 * @returns {Promise<{backend: 'docker' | 'process', why: string}>}
 */
export async function prepareBackend(bun, say) {
  if ((await ask('/_ping', PING_MS)) !== 200)
    return { backend: 'process', why: 'no container engine answers' }
  const image = imageName()
  if ((await ask(`/images/${image}/json`, PING_MS * 5)) === 200) {
    return { backend: 'docker', why: 'an engine answers and has the image' }
  }
  const registry = image.split('/')[0]
  if ((await statusOf(`https://${registry}/v2/`, REGISTRY_MS, secureRequest)) !== null) {
    return { backend: 'docker', why: `an engine answers; ${registry} serves the image` }
  }
  if (process.getuid?.() !== 0) {
    return { backend: 'process', why: `${registry} does not answer, and building the image needs root` }
  }
  if (!has('mmdebstrap')) {
    return { backend: 'process', why: `${registry} does not answer, and mmdebstrap is not installed` }
  }
  say('Building the Python image from Debian packages, about a minute')
  const problem = await buildImage(bun)
  if (problem) return { backend: 'process', why: `the image could not be built: ${problem}` }
  return { backend: 'docker', why: 'an engine answers; its Python image was built here' }
}
