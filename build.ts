/**
 * Builds dist/backendai, or the command line alone for another system.
 * `bun build.ts [--target=x64|x64-musl|arm64|client-…] [--force] [--native]`; unchanged inputs cost nothing.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { version as BUN_VERSION } from 'bun/package.json'
import { placeGraphiql } from './tools/graphiql-assets.ts'

/** Each of these runs in a thread of its own, so it is an entry point beside main.ts. */
const WORKERS = ['src/wire/zeromq/receiver.worker.ts']
const INPUTS = [
  'src/**/*',
  'plugins/**/*',
  'build.ts',
  'tools/graphiql-assets.ts',
  'package.json',
  'package-lock.json',
  'config.example.toml',
]

interface Target {
  bun:
    | 'bun-linux-x64'
    | 'bun-linux-x64-musl'
    | 'bun-linux-arm64'
    | 'bun-darwin-arm64'
    | 'bun-darwin-x64'
    | 'bun-windows-x64'
  /** The file that exports libzmq with CURVE, inside the zeromq package; null for the command line alone. */
  libzmq: string | null
  /** Under dist/. */
  file: string
}

const TARGETS: Record<string, Target> = {
  x64: { bun: 'bun-linux-x64', libzmq: 'x64/node/glibc-127-Release', file: 'backendai' },
  'x64-musl': { bun: 'bun-linux-x64-musl', libzmq: 'x64/node/musl-127-Release', file: 'backendai-x64-musl' },
  arm64: { bun: 'bun-linux-arm64', libzmq: 'arm64/node/glibc-127-Release', file: 'backendai-arm64' },
  'client-linux-x64': { bun: 'bun-linux-x64', libzmq: null, file: 'backend.ai-linux-x64' },
  'client-linux-arm64': { bun: 'bun-linux-arm64', libzmq: null, file: 'backend.ai-linux-arm64' },
  'client-macos-arm64': { bun: 'bun-darwin-arm64', libzmq: null, file: 'backend.ai-macos-arm64' },
  'client-macos-x64': { bun: 'bun-darwin-x64', libzmq: null, file: 'backend.ai-macos-x64' },
  'client-windows-x64': { bun: 'bun-windows-x64', libzmq: null, file: 'backend.ai-windows-x64.exe' },
}

const root = import.meta.dir
const dist = join(root, 'dist')
const hostTarget = process.arch === 'arm64' ? 'arm64' : 'x64'

class BuildError extends Error {}

function addon(target: Target): string {
  const path = join(root, 'node_modules/zeromq/build/linux', target.libzmq ?? '', 'addon.node')
  if (!existsSync(path))
    throw new BuildError(`the zeromq package has no build for ${target.bun} (${target.libzmq})`)
  return path
}

/** Puts libzmq where src/wire/zeromq imports it from; tests that run from source need it too. */
export function placeLibzmq(name = hostTarget): string {
  const target = TARGETS[name]
  if (!target) throw new BuildError(`no target "${name}"`)
  const source = addon(target)
  const copy = join(dist, 'native', name === hostTarget ? 'libzmq.so' : `libzmq-${name}.so`)
  if (existsSync(copy) && statSync(copy).size === statSync(source).size) return copy
  mkdirSync(join(dist, 'native'), { recursive: true })
  copyFileSync(source, `${copy}.${process.pid}`)
  renameSync(`${copy}.${process.pid}`, copy)
  return copy
}

function hashOfInputs(target: string): string {
  const hash = new Bun.CryptoHasher('sha256').update(`${Bun.version} ${target}\n`)
  const files = INPUTS.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })]).sort()
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

async function build(name: string, force: boolean): Promise<void> {
  const target = TARGETS[name]
  if (!target) throw new BuildError(`no target "${name}"; there are ${Object.keys(TARGETS).join(', ')}`)
  const isClient = target.libzmq === null
  const libzmq = isClient ? null : placeLibzmq(name)
  const outfile = join(dist, target.file)
  if (!isClient) await placeGraphiql(root)
  const stamp = `${outfile}.inputs`
  const inputs = hashOfInputs(name)
  if (!force && existsSync(outfile) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) {
    console.log(`dist/${target.file} is up to date (${megabytes(statSync(outfile).size)})`)
    return
  }
  const started = performance.now()
  // The compiler gives programs of Windows this ending.
  const scratch = join(dist, `.building-${process.pid}`, `backendai${/\.exe$/.exec(target.file)?.[0] ?? ''}`)
  try {
    await Bun.build({
      entrypoints: (isClient ? ['src/cli/main.ts'] : ['src/main.ts', ...WORKERS])
        .map((file) => join(root, file))
        .filter((file) => existsSync(file)),
      root: join(root, 'src'),
      minify: true,
      splitting: true,
      bytecode: true,
      format: 'esm',
      plugins: [
        {
          name: 'libzmq of the target',
          setup: (bundler) =>
            bundler.onResolve({ filter: /dist\/native\/libzmq\.so$/ }, () => {
              if (libzmq) return { path: libzmq }
              throw new BuildError('the command line must not need libzmq')
            }),
        },
        { name: 'no extras', setup: leaveOutExtras },
        { name: 'worker addresses', setup: addressWorkers },
      ],
      compile: {
        target: target.bun,
        outfile: scratch,
        // A working directory is hostile: nothing in it may be loaded (architecture, decision 13).
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
        execArgv: ['--max-http-header-size=131072'],
      },
    })
    renameSync(scratch, outfile)
  } finally {
    rmSync(dirname(scratch), { recursive: true, force: true })
  }
  await Bun.write(stamp, inputs)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(
    `built dist/${target.file} for ${target.bun}: ${megabytes(statSync(outfile).size)} in ${seconds} s`,
  )
  if (name === hostTarget) linkClient()
}

/**
 * ssh2 goes without its two addons; they exist only where npm ran install scripts, and builds are to be alike.
 * dockerode's image builds with BuildKit, which nothing here asks for, would bring gRPC along.
 */
function leaveOutExtras(bundler: Bun.PluginBuilder): void {
  bundler.onResolve({ filter: /^cpu-features$|\/sshcrypto\.node$/ }, ({ path }) => ({
    path,
    namespace: 'absent',
  }))
  bundler.onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({
    contents: `exports.absent = true; throw new Error(${JSON.stringify(`${path} is left out`)})`,
    loader: 'js',
  }))
  bundler.onLoad({ filter: /\/dockerode\/lib\/(session|buildkit)\.js$/ }, () => ({
    contents: "module.exports = () => { throw new Error('BuildKit is left out') }",
    loader: 'js',
  }))
}

/** Split chunks lie at the executable's root, so a worker's address beside its starter is written out here. */
function addressWorkers(bundler: Bun.PluginBuilder): void {
  const directories = [...new Set(WORKERS.map((file) => dirname(file)))].join('|')
  bundler.onLoad({ filter: new RegExp(`/(${directories})/[^/]+\\.ts$`) }, async ({ path }) => {
    const folder = relative(join(root, 'src'), dirname(path))
    const source = await Bun.file(path).text()
    const contents = source.replace(
      /new URL\('\.\/(\w+\.worker)\.ts', import\.meta\.url\)\.href/g,
      (_, name) => `'/$bunfs/root/${folder}/${name}.js'`,
    )
    return { contents, loader: 'ts' }
  })
}

/** The same file under the name that makes it the client. */
function linkClient(): void {
  const link = join(dist, 'backend.ai')
  rmSync(link, { force: true })
  symlinkSync('backendai', link)
}

async function main(argv: string[]): Promise<number> {
  if (Bun.version !== BUN_VERSION) {
    throw new BuildError(
      `needs Bun ${BUN_VERSION} exactly and this is ${Bun.version}; run it with node_modules/.bin/bun`,
    )
  }
  if (argv.includes('--native')) {
    placeLibzmq()
    await placeGraphiql(root)
    return 0
  }
  const unknown = argv.find((argument) => !/^--(force|target=.+)$/.test(argument))
  if (unknown !== undefined) throw new BuildError(`unknown argument ${unknown}`)
  const named = argv.flatMap((argument) =>
    argument.startsWith('--target=') ? argument.slice(9).split(',') : [],
  )
  for (const name of named.length > 0 ? named : [hostTarget]) await build(name, argv.includes('--force'))
  return 0
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    if (error instanceof AggregateError) for (const one of error.errors) console.error(String(one))
    console.error(`build: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  })
}
