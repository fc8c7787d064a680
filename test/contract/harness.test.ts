import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { RedisClient } from 'bun'
import postgres from 'postgres'
import { isAlive } from '../harness/alive.ts'
import { startPostgres, type TestPostgres } from '../harness/postgres.ts'
import { startRedis } from '../harness/redis.ts'
import { tempDirectory } from '../harness/temp.ts'

let cluster: TestPostgres
beforeAll(async () => {
  cluster = await startPostgres()
}, 60_000)
afterAll(() => cluster[Symbol.asyncDispose]())

test('a fresh database is empty, durable and gone after use', async () => {
  const database = await cluster.freshDatabase()
  const sql = postgres(database.url, { max: 1 })
  expect((await sql`show fsync`)[0]?.fsync).toBe('on')
  await sql`create table t (a int)`
  await sql`insert into t values (1)`
  await sql.end()
  await cluster.restart()
  const again = postgres(database.url, { max: 1 })
  expect((await again`select a from t`)[0]?.a).toBe(1)
  await again.end()
  await database[Symbol.asyncDispose]()
  const gone = postgres(database.url, { max: 1, onnotice: () => {} })
  expect(gone`select 1`.execute()).rejects.toThrow('does not exist')
  await gone.end()
}, 60_000)

test('redis answers, comes back empty on the same port, and leaves nothing', async () => {
  const redis = await startRedis()
  const client = new RedisClient(redis.url)
  await client.set('a', '1')
  client.close()
  await redis.restart()
  const again = new RedisClient(redis.url)
  expect(await again.get('a')).toBeNull()
  again.close()
  await redis[Symbol.asyncDispose]()
  const late = new RedisClient(redis.url, { autoReconnect: false })
  expect(late.ping()).rejects.toThrow()
}, 60_000)

test('a server dies with a killed test process', async () => {
  const directory = tempDirectory('orphan')
  const script = directory.at('start.ts')
  const harness = `${import.meta.dir}/../harness/server-process.ts`
  await Bun.write(
    script,
    `import { startServerProcess } from ${JSON.stringify(harness)}
     console.log(startServerProcess({ command: ['sleep', '1000'], stopSignal: 'KILL' }).pid)
     await Bun.sleep(60_000)`,
  )
  const child = Bun.spawn([process.execPath, script], { stdout: 'pipe' })
  const { value } = await child.stdout.getReader().read()
  const pid = Number(new TextDecoder().decode(value))
  expect(isAlive(pid)).toBe(true)
  child.kill('SIGKILL')
  await child.exited
  const deadline = performance.now() + 5_000
  while (existsSync(`/proc/${pid}/exe`) && performance.now() < deadline) await Bun.sleep(10)
  expect(existsSync(`/proc/${pid}/exe`)).toBe(false)
  directory[Symbol.dispose]()
  expect(existsSync(directory.path)).toBe(false)
})
