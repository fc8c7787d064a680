/** Malformed requests over all routes: none is a fault of the server, none hangs, memory does not grow with them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { OpenApiDocument } from '../../src/manager/api/openapi/openapi-document.ts'
import { createChance } from './fuzz/chance.ts'
import { malformed, type Target, targetsOf } from './fuzz/malformed.ts'
import { type Live, startLive } from './routes/live.ts'

const START_MS = 240_000
const COUNT = process.env.COMPAT_FULL ? 10_000 : 600
const SEED = Number(process.env.COMPAT_SEED ?? 20_261_121)
const AT_ONCE = 6
const LIMIT_MS = 15_000
/** Caches fill and the heap breathes; a leak of a kilobyte a request would show twice over. */
const GROWTH_MIB = 96

let live: Live
beforeAll(async () => {
  live = await startLive('up', 'process')
}, START_MS)
afterAll(() => live[Symbol.asyncDispose](), START_MS)

const residentMib = (): number => {
  const status = readFileSync(`/proc/${live.shape.pids.manager}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

test(`${COUNT} malformed requests`, async () => {
  await live.graphql(
    'mutation($key: String!) { modify_keypair(access_key: $key, props: { rate_limit: 100000000 }) { ok msg } }',
    { key: live.admin.accessKey },
  )
  const document = (await live.ask(null, 'GET', '/spec/openapi')).json as unknown as OpenApiDocument
  const [first, ...others] = targetsOf(document)
  if (!first) throw new Error('the manager describes no routes')
  const targets: readonly [Target, ...Target[]] = [first, ...others]
  const chance = createChance(SEED)
  const faults: string[] = []
  const statuses = new Map<number, number>()
  let sent = 0
  let middle = 0

  const sender = async (): Promise<void> => {
    while (sent < COUNT) {
      sent += 1
      const number = sent
      if (number === Math.floor(COUNT / 3)) middle = residentMib()
      const request = malformed(chance, targets)
      const who = chance.pick([live.admin, live.admin, live.member, live.domainAdmin, null])
      const from = `10.${chance.below(256)}.${chance.below(256)}.${chance.below(256)}`
      const headers = { 'X-Forwarded-For': from, ...request.headers }
      const { method, target, ...more } = request
      try {
        const answer = await live.ask(who, method, target, {
          ...more,
          headers,
          limitMs: LIMIT_MS,
          leaveStreams: true,
        })
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        if (answer.status >= 500)
          faults.push(`#${number} ${method} ${target.slice(0, 200)} ${answer.text.slice(0, 300)}`)
      } catch (error) {
        // Node itself refuses to send some of these.
        if (!/Invalid character|ERR_INVALID/.test(String(error)))
          faults.push(`#${number} ${method} ${target.slice(0, 200)} ${error}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
  const growth = residentMib() - middle
  const shown = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}×${count}`)
  console.log(`fuzz ${COUNT} requests, seed ${SEED}: ${shown.join(' ')}; memory ${growth.toFixed(0)} MiB`)
  expect(faults).toEqual([])
  expect(growth).toBeLessThan(GROWTH_MIB)
  expect((await live.ask(null, 'GET', '/health')).status).toBe(200)
}, 900_000)
