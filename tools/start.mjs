// `npm start`: installs, builds, starts the cluster, runs hello world in a session. `-- --exit` stops after the run.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareBackend } from './container-engine.mjs'
import { bunBinary, dependenciesAreCurrent, Failure, fail, installDependencies, root } from './toolchain.mjs'

const READY_MS = 60_000
/** The same story in either runtime. */
const HELLO = { python: 'print("hello world")', nodejs: 'console.log("hello world")' }
const executable = join(root, 'dist/backendai')
const data = resolve(process.env.BACKENDAI_DATA ?? join(root, '.data'))
const say = (line) => console.log(`· ${line}`)

/** @type {import('node:child_process').ChildProcess | null} */
let cluster = null
let stopping = false

function readArguments() {
  const unknown = process.argv.slice(2).find((argument) => argument !== '--exit')
  if (unknown) throw new Failure(`unknown argument ${unknown}; there is: npm start -- --exit`, 2)
  return { exit: process.argv.includes('--exit') }
}

async function install() {
  if (!dependenciesAreCurrent()) {
    say('Installing dependencies with npm')
    await installDependencies()
  }
  return bunBinary()
}

function build(bun) {
  if (!existsSync(executable)) say('Building the executable')
  const { status, stdout, stderr } = spawnSync(bun, ['build.ts'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Failure(`the build failed:\n${stdout}${stderr}`)
  say(stdout.trim().split('\n').at(-1) ?? '')
}

/** Starts `up` in a process group of its own, so that Ctrl-C reaches it once, from here. It logs to its data directory. */
async function startCluster(backend, exit) {
  mkdirSync(data, { recursive: true, mode: 0o711 })
  const readyFile = join(data, 'ready.json')
  rmSync(readyFile, { force: true })
  const choice = backend === 'process' ? ['--set', 'agent.backend=process'] : []
  if (exit) choice.push('--unattended')
  const child = spawn(executable, ['up', '--ready-file', readyFile, ...choice], {
    env: { ...process.env, BACKENDAI_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  cluster = child
  // Its greeting (addresses, credentials) belongs below the session's output.
  let greeting = ''
  let complaints = ''
  const holdGreeting = (chunk) => {
    greeting += chunk
  }
  const holdComplaints = (chunk) => {
    complaints += chunk
  }
  child.stdout.setEncoding('utf8').on('data', holdGreeting)
  child.stderr.setEncoding('utf8').on('data', holdComplaints)
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
  child.on('error', (error) => fail(new Failure(`${executable}: ${error.message}`)))

  const deadline = Date.now() + READY_MS
  while (!existsSync(readyFile)) {
    const end = await Promise.race([ended.then((code) => ({ code })), sleep(10)])
    if (end)
      throw new Failure(complaints.trim() || `the cluster ended with ${end.code} before it was ready`, 1)
    if (Date.now() > deadline)
      throw new Failure(`the cluster was not ready in ${READY_MS / 1000} s; see ${data}/logs`)
  }
  return {
    ready: JSON.parse(readFileSync(readyFile, 'utf8')),
    ended,
    greet: () => {
      child.stdout.off('data', holdGreeting)
      child.stderr.off('data', holdComplaints)
      process.stdout.write(greeting)
      process.stderr.write(complaints)
      child.stdout.pipe(process.stdout)
      child.stderr.pipe(process.stderr)
    },
  }
}

/** @param {{ type: 'python' | 'nodejs', alias: string } | null} image */
function runHelloWorld(image) {
  if (!image) throw new Failure('there is no image to run: see the reason above')
  const code = HELLO[image.type]
  console.log(`\n$ backend.ai run --rm -c '${code}' ${image.alias}`)
  const child = spawn(join(root, 'dist/backend.ai'), ['run', '--rm', '-c', code, image.alias], {
    env: { ...process.env, BACKENDAI_DATA: data },
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)))
}

/** Sessions' containers outlive a stop; the roles end by themselves. */
function stop(signal) {
  if (stopping) return
  stopping = true
  cluster?.kill(signal)
}

async function main() {
  const { exit } = readArguments()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!cluster) process.exit(130)
      stop('SIGINT')
    })
  }
  const bun = await install()
  build(bun)
  const { backend, why } = await prepareBackend(bun, say)
  const started = performance.now()
  const { ready, greet, ended } = await startCluster(backend, exit)
  say(`Cluster is up in ${((performance.now() - started) / 1000).toFixed(2)} s`)
  say(`Kernel backend: ${ready.backend?.description ?? 'none'}`)
  if (backend === 'process') say(`Not Docker: ${why}`)
  if (ready.firstImage) say(`Runtime: ${ready.firstImage.image}`)
  if (ready.firstImage?.type === 'nodejs') say('There is no python3 here, so the built-in JavaScript runs')
  const code = stopping ? 130 : await runHelloWorld(ready.firstImage)
  console.log()
  greet()
  if (exit || stopping) {
    stop('SIGTERM')
    await ended
    process.exit(code)
  }
  say(`In another terminal: BACKENDAI_DATA=${data} ${join(root, 'dist/backend.ai')} ps`)
  if (code !== 0) say(`The run ended with ${code}; the cluster stays up`)
  const end = await ended
  process.exit(stopping ? 0 : typeof end === 'number' ? end : 1)
}

process.on('exit', () => cluster?.exitCode === null && cluster.kill('SIGTERM'))
main().catch((error) => fail(error))
