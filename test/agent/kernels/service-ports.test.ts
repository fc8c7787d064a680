import { describe, expect, test } from 'bun:test'
import { bindServices, declareServices, parseServicePorts } from '../../../src/agent/kernels/service-ports.ts'

describe('the label', () => {
  test('lists services with one port or several', () => {
    expect(parseServicePorts('jupyter:http:8081, tb:http:[6006,6007],console:pty:3001')).toEqual([
      { name: 'jupyter', protocol: 'http', containerPorts: [8081] },
      { name: 'tb', protocol: 'http', containerPorts: [6006, 6007] },
    ])
  })
  test.each([
    'jupyter',
    'a:ftp:8081',
    'a:http:80',
    'a:http:2200',
    'a:http:8081,b:http:8081',
    'a:http:x',
    'a b:tcp:9000',
  ])('%s is refused', (label) => {
    expect(() => parseServicePorts(label)).toThrow('service ports')
  })
})

test('only the main kernel serves what its image declares', () => {
  expect(declareServices('a:http:8081', [9000], false)).toEqual([])
  expect(declareServices('a:http:8081', [9000], true).map(({ name }) => name)).toEqual(['a', '9000'])
})

test('a kernel on the host network listens on its host ports', () => {
  const services = declareServices('a:tcp:8081', [9000], true)
  expect(bindServices(services, [30_000, 30_001], true).map(({ containerPorts }) => containerPorts)).toEqual([
    [30_000],
    [30_001],
  ])
  expect(bindServices(services, [30_000, 30_001], false).map(({ containerPorts }) => containerPorts)).toEqual(
    [[8081], [9000]],
  )
})
