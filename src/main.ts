import { basename } from 'node:path'
import { version } from '../package.json'

const ROLES = ['manager', 'agent', 'storage-proxy', 'webserver', 'app-proxy', 'watcher']
/** `config check` is the server's, `config` alone the client's. */
const ADMIN = ['mgr', 'ag', 'storage', 'web']

/** What one command line asks for; `argv` is what the chosen part gets to read. */
export interface Route {
  part: 'version' | 'help' | 'up' | 'role' | 'admin' | 'kernel-runner' | 'client'
  name: string
  argv: string[]
}

/** Chooses by the first argument; called as `backend.ai`, the executable is the client and its administration. */
export function route(calledAs: string, argv: string[]): Route {
  const [first = '', ...rest] = argv
  const pick = (part: Route['part'], args = argv): Route => ({ part, name: first, argv: args })
  if (first === '--version' || first === '-V') return pick('version')
  if (ADMIN.includes(first) || (first === 'config' && rest[0] === 'check')) return pick('admin')
  if (basename(calledAs) === 'backend.ai') return pick('client')
  if (first === '' || first === '--help' || first === '-h' || (first === 'help' && rest.length === 0))
    return pick('help')
  if (first === 'kernel-runner') return pick('kernel-runner', rest)
  if (first === 'up') return pick('up', rest)
  if (ROLES.includes(first)) return pick('role', rest)
  return pick('client')
}

const HELP = `backendai ${version}: a Backend.AI cluster in one executable

usage: backendai COMMAND [ARGUMENTS]      (called as backend.ai: the client)

Start a cluster
  up                 all roles in one process, embedded store
  manager, agent, storage-proxy, webserver, app-proxy, watcher
                     one role on this node

Administer it
  mgr                schema, fixtures, shared configuration, images …
  ag|storage|web status
                     whether these roles are there
  config check FILE  read a configuration file and say what is wrong

Use it
  run, start, ps, info, logs, rm, config …
                     "backend.ai --help" lists every client command

  --version, --help  and "COMMAND --help"
`

async function run(chosen: Route): Promise<number> {
  switch (chosen.part) {
    case 'version':
      process.stdout.write(`backendai ${version} (bun ${Bun.version}, ${process.platform}-${process.arch})\n`)
      return 0
    case 'help':
      process.stdout.write(HELP)
      return 0
    case 'kernel-runner':
      return (await import('./kernel-runner/main.ts')).runKernelRunner(chosen.argv)
    case 'up':
      return (await import('./roles/all-in-one.ts')).up(chosen.argv)
    case 'role':
      return (await import('./roles/run.ts')).runRole(chosen.name, chosen.argv)
    case 'admin':
      return (await import('./admin/program.ts')).runAdmin(
        chosen.argv,
        undefined,
        async () => (await import('./roles/api-documents.ts')).apiDocuments,
        async (context) => (await import('./roles/offline-images.ts')).offlineImages(context),
      )
    case 'client':
      return (await import('./cli/program.ts')).runCli(chosen.argv)
  }
}

/** The one place that prints an error: known ones short, unknown ones with their stack where BACKENDAI_DEBUG is set. */
function report(error: unknown): number {
  console.error(`backendai: ${error instanceof Error ? error.message : String(error)}`)
  if (process.env.BACKENDAI_DEBUG && error instanceof Error) console.error(error.stack ?? '')
  const code = error instanceof Error && 'exitCode' in error ? error.exitCode : 1
  return typeof code === 'number' ? code : 1
}

/** Ends a stream: an empty write would be called back before what a slow reader has not taken yet. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.end(() => resolve()))

if (import.meta.main) {
  const chosen = route(process.argv0, process.argv.slice(2))
  // A session waits for its kernel runner to start: the stream objects, which it never uses, would cost it 5 ms.
  const usesStreams = chosen.part !== 'kernel-runner'
  // `backendai ps | head` ends quietly when its reader leaves.
  if (usesStreams)
    process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const code = await run(chosen).catch(report)
  if (usesStreams) await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(code)
}
