import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { admin } from './admin.ts'

let dir: TempDirectory
beforeEach(() => {
  dir = tempDirectory('admin')
})
afterEach(() => dir[Symbol.dispose]())
const check = (...files: string[]) => admin(dir, ['config', 'check', ...files])

const copies = resolve(import.meta.dir, '../compat/data/configs')
const shared = resolve(process.env.BACKENDAI_SHARED ?? '../shared', 'reference/configs')

for (const directory of [copies, shared].filter((path) => existsSync(path))) {
  for (const name of readdirSync(directory)) {
    test(`${name} of the original passes`, async () => {
      const { code, out } = await check(join(directory, name))
      expect(out).toEndWith('\n')
      expect(out.split('\n')[0]).toEndWith('): ok')
      expect(code).toBe(0)
    })
  }
}

test('a directory or no file at all is said in a sentence', async () => {
  expect((await check(dir.path)).out).toEndWith('  wrong: expected a file; this is a directory\n')
  expect((await check('nowhere.toml')).out).toEndWith('  wrong: no such file\n')
})

test('the example file passes and nothing in it is without effect', async () => {
  const { code, out } = await check(resolve(import.meta.dir, '../../config.example.toml'))
  expect(out).toMatch(/^\S+config.example.toml \(configuration\): ok\n$/)
  expect(code).toBe(0)
})

test("the original's keys without effect are listed", async () => {
  const { out } = await check(join(copies, 'agent-halfstack.toml'))
  expect(out).toContain('  without effect here: [etcd], agent.rpc-listen-addr, agent.agent-sock-port')
})

test('what is wrong is listed, exit 2', async () => {
  writeFileSync(dir.at('a.toml'), '[agent]\nbackend = "kvm"\nnope = 1\n')
  writeFileSync(dir.at('b.toml'), '[agent]\n')
  const { code, out, err } = await check('a.toml', 'b.toml', 'none.toml')
  expect(code).toBe(2)
  expect(out).toContain('  wrong: agent.backend: expected one of "auto", "docker", "process", got "kvm"\n')
  expect(out).toContain('  wrong: agent.nope: unknown key\n')
  expect(out).toContain('b.toml (configuration): ok')
  expect(out).toMatch(/none.toml \(configuration\): 1 wrong\n {2}wrong: no such file/)
  expect(err).toBe('backendai: 2 of 3 files cannot be used\n')
})

test('a mock accelerator file is known by its content', async () => {
  writeFileSync(
    dir.at('x.toml'),
    'slot_name = "cuda"\ndevice_plugin_name = "Nope"\ndevices = [{ mother_uuid = "a" }]\n[formats]\n',
  )
  const { code, out } = await check('x.toml', '--json')
  expect(code).toBe(2)
  const [result] = JSON.parse(out)
  expect(result.kind).toBe('mock accelerator')
  expect(result.errors.map((issue: { key: string }) => issue.key)).toContain('device_plugin_name')
})
