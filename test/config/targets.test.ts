import { expect, test } from 'bun:test'
import { type LoadOptions, loadConfig } from '../../src/config/loader.ts'
import { redisTarget, rpcAddresses, storeTarget } from '../../src/config/targets.ts'

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
  expect(() => storeTarget(config({ 'store.kind': 'postgresql' }))).toThrow('store.addr')
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

const one = (address: string, family: 'IPv4' | 'IPv6', internal = false) => ({
  address,
  family,
  internal,
  netmask: '',
  mac: '',
  cidr: null,
  scopeid: 0,
})

test('join tokens name what agents can dial', () => {
  const interfaces = {
    lo: [one('127.0.0.1', 'IPv4', true)],
    eth0: [one('10.0.0.5', 'IPv4'), one('fe80::1', 'IPv6'), one('2001:db8::5', 'IPv6')],
  }
  expect(rpcAddresses(config({}), interfaces)).toEqual(['tcp://10.0.0.5:6001'])
  expect(rpcAddresses(config({ 'manager.rpc-listen-addr': '[::]:7' }), interfaces)).toEqual([
    'tcp://10.0.0.5:7',
    'tcp://[2001:db8::5]:7',
  ])
  expect(rpcAddresses(config({}), {})).toEqual(['tcp://127.0.0.1:6001'])
  expect(rpcAddresses(config({ 'manager.rpc-listen-addr': '10.9.9.9:1' }), interfaces)).toEqual([
    'tcp://10.9.9.9:1',
  ])
  expect(rpcAddresses(config({ 'manager.advertised-rpc-addr': 'm.example' }), interfaces)).toEqual([
    'tcp://m.example:6001',
  ])
})
