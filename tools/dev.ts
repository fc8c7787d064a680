/** `bun dev`: a whole cluster that is built and started anew whenever a source file is saved. Data stays in .data/dev. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')
const data = join(root, '.data/dev')
const loginFile = join(data, 'login.txt')
/** Editors save in several steps. */
const SETTLE_MS = 150

type Cluster = ReturnType<typeof startCluster>

async function build(): Promise<boolean> {
  const child = Bun.spawn([process.execPath, 'build.ts'], { cwd: root, stdout: 'pipe', stderr: 'inherit' })
  const [code, out] = await Promise.all([child.exited, new Response(child.stdout).text()])
  console.log(`· ${out.trim().split('\n').at(-1) || 'the build failed'}`)
  return code === 0
}

/** The first greeting shows the password once; a developer's throw-away cluster remembers it. */
function rememberLogin(greeting: string): void {
  const password = greeting.split('\n').filter((line) => /^\s+(Login|Password)\s/.test(line))
  if (password.length === 2) writeFileSync(loginFile, `${password.join('\n')}\n`, { mode: 0o600 })
  else if (existsSync(loginFile)) process.stdout.write(readFileSync(loginFile, 'utf8'))
}

function startCluster(extra: string[]) {
  mkdirSync(data, { recursive: true, mode: 0o711 })
  // Roles look for this file where they are started, so the cluster starts in its data directory.
  const accelerators = join(data, 'mock-accelerator.toml')
  if (!existsSync(accelerators)) copyFileSync(join(import.meta.dir, 'mock-accelerator.toml'), accelerators)
  const child = Bun.spawn([join(root, 'dist/backendai'), 'up', ...extra], {
    cwd: data,
    env: { ...process.env, BACKENDAI_DATA: data },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const show = async (): Promise<void> => {
    let greeting: string | null = ''
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) {
      const text = decoder.decode(chunk, { stream: true })
      process.stdout.write(text)
      if (greeting === null) continue
      greeting += text
      if (!greeting.includes('Ctrl-C')) continue
      rememberLogin(greeting)
      greeting = null
    }
  }
  void show()
  void child.exited.then((code) => {
    if (code !== 0) console.log(`· the cluster ended with ${code}; save a file to start it again`)
  })
  return child
}

async function stop(cluster: Cluster | null): Promise<void> {
  if (!cluster) return
  cluster.kill('SIGTERM')
  await cluster.exited
}

async function main(extra: string[]): Promise<void> {
  let cluster: Cluster | null = null
  let changed = Promise.withResolvers<void>()
  for (const folder of ['src', 'plugins']) {
    watch(join(root, folder), { recursive: true }, (_, file) => {
      if (file && /\.(ts|tsx|sql|graphql|html|css|json|py)$/.test(file)) changed.resolve()
    })
  }
  const end = async (): Promise<void> => {
    await stop(cluster)
    process.exit(0)
  }
  process.on('SIGINT', () => void end()).on('SIGTERM', () => void end())
  for (;;) {
    if (await build()) {
      await stop(cluster)
      cluster = startCluster(extra)
    }
    await changed.promise
    await Bun.sleep(SETTLE_MS)
    changed = Promise.withResolvers<void>()
  }
}

await main(process.argv.slice(2))
