// `npm start`: installs, builds, starts the cluster, runs hello world in a session. `-- --exit` stops after the run.
import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { prepareBackend } from './container-engine.mjs'
import { bunBinary, dependenciesAreCurrent, Failure, fail, installDependencies, root } from './toolchain.mjs'

const READY_MS = 60_000
const CODE = 'print("hello world")'
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

/** Starts `up` in a process group of its own, so that Ctrl-C reaches it once, from here. */
async function startCluster(backend) {
  mkdirSync(join(data, 'logs'), { recursive: true, mode: 0o700 })
  const readyFile = join(data, 'ready.json')
  const logFile = join(data, 'logs/up.log')
  rmSync(readyFile, { force: true })
  const choice = backend === 'process' ? ['--set', 'agent.backend=process'] : []
  const child = spawn(executable, ['up', '--ready-file', readyFile, ...choice], {
    env: { ...process.env, BACKENDAI_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  cluster = child
  const log = createWriteStream(logFile, { mode: 0o600 })
  let logged = ''
  child.stderr.on('data', (chunk) => {
    logged = (logged + chunk).slice(-8000)
    log.write(chunk)
  })
  // Its greeting (address, credentials) belongs below the session's output.
  let greeting = ''
  const hold = (chunk) => {
    greeting += chunk
  }
  child.stdout.setEncoding('utf8').on('data', hold)
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
  child.on('error', (error) => fail(new Failure(`${executable}: ${error.message}`)))

  const deadline = Date.now() + READY_MS
  while (!existsSync(readyFile)) {
    const end = await Promise.race([
      ended.then((code) => ({ code })),
      new Promise((resolve) => setTimeout(resolve, 10)),
    ])
    if (end)
      throw new Failure(
        `the cluster ended with ${end.code} before it was ready:\n${greeting}${logged}`.trimEnd(),
      )
    if (Date.now() > deadline)
      throw new Failure(`the cluster was not ready in ${READY_MS / 1000} s; see ${logFile}`)
  }
  return {
    ready: JSON.parse(readFileSync(readyFile, 'utf8')),
    logFile,
    ended,
    greet: () => {
      child.stdout.off('data', hold)
      process.stdout.write(greeting)
      child.stdout.pipe(process.stdout)
    },
  }
}

function runHelloWorld() {
  console.log(`\n$ backend.ai run --rm -c '${CODE}' python`)
  const child = spawn(join(root, 'dist/backend.ai'), ['run', '--rm', '-c', CODE, 'python'], {
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
  const { ready, greet, ended, logFile } = await startCluster(backend)
  say(`Cluster is up in ${((performance.now() - started) / 1000).toFixed(2)} s`)
  say(`Backend ${ready.backend} (${why}), runtime ${ready.runtime}`)
  if (ready.backend === 'process') say('A process is no security boundary: run only code that you trust')
  const code = stopping ? 130 : await runHelloWorld()
  console.log()
  greet()
  say(`Data in ${relative(process.cwd(), data) || '.'}, log in ${relative(process.cwd(), logFile)}`)
  if (exit || stopping) {
    stop('SIGTERM')
    await ended
    process.exit(code)
  }
  if (code !== 0) say(`The run ended with ${code}; the cluster stays up`)
  say('Stop it with Ctrl-C')
  const end = await ended
  process.exit(stopping ? 0 : typeof end === 'number' ? end : 1)
}

process.on('exit', () => cluster?.exitCode === null && cluster.kill('SIGTERM'))
main().catch((error) => fail(error))
