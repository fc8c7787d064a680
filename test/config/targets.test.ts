import { expect, test } from 'bun:test'
import { type LoadOptions, loadConfig } from '../../src/config/loader.ts'
import { redisTarget, storeTarget } from '../../src/config/targets.ts'

const config = (set: Record<string, string>) => {
  const options: LoadOptions = {
    role: 'manager',
    env: {},
    cwd: '/nowhere',
    home: '/nowhere',
    systemDir: '/nowhere',
  }
  return loadConfig({ ...options, argvFlags: { files: [], set: { 'data.dir': '/d', ...set } } })
}

test('the store is SQLite until a database is named', () => {
  expect(storeTarget(config({}))).toEqual({ kind: 'sqlite', path: '/d/store.db' })
  expect(storeTarget(config({ 'store.addr': 'db', 'store.user': 'u@x', 'store.password': 'p:w' }))).toEqual({
    kind: 'postgresql',
    url: 'postgres://u%40x:p%3Aw@db:5432/backend',
    poolSize: 8,
  })
  expect(storeTarget(config({ 'store.url': 'postgres://h/x', 'store.kind': 'sqlite' })).kind).toBe('sqlite')
  expect(storeTarget(config({ 'store.kind': 'postgresql' }))).toMatchObject({
    url: 'postgres://127.0.0.1:5432/backend',
  })
})

test('Redis comes by address, URL or sentinels, or not at all', () => {
  expect(redisTarget(config({}))).toBeNull()
  expect(redisTarget(config({ 'redis.addr': 'r', 'redis.password': 'p/', 'redis.db': '2' }))?.url).toBe(
    'redis://:p%2F@r:6379/2',
  )
  expect(redisTarget(config({ 'redis.sentinel': 'a:1,b', 'redis.service-name': 'm' }))).toMatchObject({
    url: null,
    sentinels: [
      { host: 'a', port: 1 },
      { host: 'b', port: 26379 },
    ],
    serviceName: 'm',
  })
})
