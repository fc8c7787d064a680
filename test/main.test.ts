import { expect, test } from 'bun:test'
import { route } from '../src/main.ts'

const part = (line: string, calledAs = 'backendai') => {
  const { part, argv } = route(calledAs, line.split(' ').filter(Boolean))
  return `${part}: ${argv.join(' ')}`.trim()
}

test('a role is chosen by its name and reads the rest', () => {
  expect(part('agent --drain')).toBe('role: --drain')
  expect(part('storage-proxy')).toBe('role:')
  expect(part('up --port 1')).toBe('up: --port 1')
  expect(part('kernel-runner python')).toBe('kernel-runner: python')
})

test('administration keeps its own first word', () => {
  expect(part('mgr schema show')).toBe('admin: mgr schema show')
  expect(part('config check a.toml')).toBe('admin: config check a.toml')
})

test('everything else is the client', () => {
  expect(part('config')).toBe('client: config')
  expect(part('run --rm python')).toBe('client: run --rm python')
  expect(part('help run')).toBe('client: help run')
  expect(part('nonsense')).toBe('client: nonsense')
})

test('called as backend.ai it is the client, whatever role the word names', () => {
  expect(part('agent', '/usr/bin/backend.ai')).toBe('client: agent')
  expect(part('', './backend.ai')).toBe('client:')
  expect(part('--help', './backend.ai')).toBe('client: --help')
  expect(part('mgr schema show', './backend.ai')).toBe('admin: mgr schema show')
})

test('no word and --help show the help, --version the version', () => {
  expect(part('')).toBe('help:')
  expect(part('--help')).toBe('help: --help')
  expect(part('--version')).toBe('version: --version')
})

test('the help lists the administration of each role that has commands', () => {
  const main = new URL('../src/main.ts', import.meta.url).pathname
  const help = Bun.spawnSync([process.execPath, main, '--help']).stdout.toString()
  expect(help).toContain('\n  mgr  ')
  expect(help).toContain('\n  ag|storage|web status\n')
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
})
