/** `up` on data that it has served before: from exec to its first answer, against an empty compiled server. */
import { readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { placement } from '../harness/placement.ts'
import { freePort } from '../harness/ports.ts'
import { product } from '../harness/product.ts'
import { startServerProcess } from '../harness/server-process.ts'
import { tempDirectory } from '../harness/temp.ts'
import type { Benchmark } from './kit/benchmark.ts'
import { hold } from './kit/contest.ts'
import { median } from './kit/statistics.ts'

const IDLE_MS = 3000
const LIMIT_MS = 30_000

export const boot: Benchmark = async ({ isShort, repeats, print }) => {
  using directory = tempDirectory('boot')
  const [up, empty] = [await product(), await emptyServer()]
  const env: Record<string, string> = { ...(await placement()), HOME: directory.path }
  const address = `http://${env.BACKENDAI_MANAGER__SERVICE_ADDR}/`
  const emptyPort = await freePort()
  const residentMb: number[] = []

  const upStart = async (round: number): Promise<number[]> => {
    const startedAt = performance.now()
    await using server = startServerProcess({
      command: [up, 'up', '--data', directory.at('data'), '--set', 'agent.backend=process'],
      env,
      cwd: directory.path,
      stopSignal: 'TERM',
    })
    const took = await firstAnswer(address, startedAt)
    // Every third is left idle, which takes its time.
    if (round >= 0 && round % 3 === 0) {
      await Bun.sleep(IDLE_MS)
      residentMb.push(residentBytes(server.pid) / 1e6)
    }
    return [took]
  }
  const line = await hold(
    {
      name: 'boot',
      unit: 'ms',
      rounds: isShort ? 5 : 21,
      // The first makes the data.
      warmUps: 2,
      ours: upStart,
      async peer() {
        const startedAt = performance.now()
        await using _server = startServerProcess({
          command: [empty, String(emptyPort)],
          cwd: directory.path,
          stopSignal: 'KILL',
        })
        return [await firstAnswer(`http://127.0.0.1:${emptyPort}/`, startedAt)]
      },
      fields: () => ({ resident_mb: median(residentMb).toFixed(1) }),
    },
    repeats,
  )
  print(line)
}

/** Milliseconds until a GET is answered with 200. */
async function firstAnswer(url: string, startedAt: number): Promise<number> {
  for (;;) {
    const response = await fetch(url).catch(() => null)
    if (response) {
      const took = performance.now() - startedAt
      const text = await response.text()
      if (response.status !== 200 || !text.startsWith('{')) throw new Error(`${url} answered ${text}`)
      return took
    }
    if (performance.now() - startedAt > LIMIT_MS) throw new Error(`${url} does not answer`)
    await Bun.sleep(1)
  }
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error(`process ${pid} is gone`)
  return Number(kilobytes) * 1024
}

/** Compiled once by the same Bun. */
async function emptyServer(): Promise<string> {
  const source = join(import.meta.dir, 'kit/empty-server.ts')
  const outfile = join(import.meta.dir, '../../.cache/bench', `empty-server-${Bun.version}`)
  const isThere = statSync(outfile, { throwIfNoEntry: false })
  if (isThere && isThere.mtimeMs > statSync(source).mtimeMs) return outfile
  const draft = `${outfile}.${process.pid}`
  await Bun.build({
    entrypoints: [source],
    minify: true,
    bytecode: true,
    format: 'esm',
    compile: { outfile: draft, autoloadDotenv: false, autoloadBunfig: false },
  })
  renameSync(draft, outfile)
  return outfile
}
