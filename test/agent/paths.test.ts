import { expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { removeAbandonedBases } from '../../src/agent/abandoned-bases.ts'
import { reachableCommand } from '../../src/agent/backends/process/reachable-command.ts'
import { isReachable, preparePaths, publicBase } from '../../src/agent/paths.ts'
import { hasProcessesAmong } from '../../src/agent/resources/uid-pool.ts'
import { tempDirectory } from '../harness/temp.ts'

test('a folder is reachable when every folder above lets others through', async () => {
  using dir = tempDirectory('paths')
  mkdirSync(dir.at('a/b'), { recursive: true })
  chmodSync(dir.path, 0o711)
  expect(await isReachable(dir.at('a/b'))).toBe(true)
  chmodSync(dir.at('a'), 0o700)
  expect(await isReachable(dir.at('a/b'))).toBe(false)
})

test('what kernels must reach leaves a closed data directory, and goes when that is deleted', async () => {
  using dir = tempDirectory('paths')
  using other = tempDirectory('paths')
  chmodSync(dir.path, 0o700)
  chmodSync(other.path, 0o700)
  const base = await publicBase(dir.path)
  expect(base).toMatch(/^\/var\/tmp\/backendai-[0-9a-f]{8}$/)
  expect(await publicBase(dir.path)).toBe(base)
  rmSync(dir.path, { recursive: true })
  const next = await publicBase(other.path)
  expect(existsSync(base)).toBe(false)
  rmSync(next, { recursive: true })
})

test('a base stays while its data directory is only out of sight, or its kernels run', async () => {
  using root = tempDirectory('bases')
  const owners = { gone: 'backendai-00000001', unmounted: 'backendai-00000002', busy: 'backendai-00000003' }
  const dataDirs = { gone: root.at('gone'), unmounted: root.at('disk/unmounted'), busy: root.at('busy') }
  for (const name of ['gone', 'unmounted', 'busy'] as const) {
    await Bun.write(root.at(`${owners[name]}/data-directory`), dataDirs[name])
  }
  await removeAbandonedBases(root.path, (dataDir) => dataDir === dataDirs.busy)
  expect(readdirSync(root.path).sort()).toEqual([owners.unmounted, owners.busy])
})

test('the owners of running processes are found by their window', () => {
  const uid = process.getuid?.() ?? 0
  expect(hasProcessesAmong({ first: uid, count: 1000 })).toBe(true)
  expect(hasProcessesAmong({ first: 2 ** 31, count: 1000 })).toBe(false)
})

test('a single executable in a closed folder is copied for others, once; several files cannot be', async () => {
  using dir = tempDirectory('paths')
  chmodSync(dir.path, 0o711)
  mkdirSync(dir.at('closed'), { mode: 0o700 })
  const program = dir.at('closed/program')
  await Bun.write(program, await Bun.file('/bin/true').bytes())
  chmodSync(program, 0o755)
  const [copy = ''] = (await reachableCommand([program], dir.path)) ?? []
  expect(await isReachable(copy)).toBe(true)
  expect(Bun.spawnSync([copy]).exitCode).toBe(0)
  expect(await reachableCommand([program], dir.path)).toEqual([copy])
  expect(await reachableCommand(['/bin/true', program], dir.path)).toBeNull()
  expect(await reachableCommand(['/bin/true', 'x'], dir.path)).toEqual(['/bin/true', 'x'])
})

test('socket folders stay short, however long the data directory is', async () => {
  using dir = tempDirectory('paths')
  const dataDir = dir.at('a'.repeat(90))
  const { linkRoot } = await preparePaths({ dataDir, scratchRoot: null, ipcBasePath: null, ownUids: false })
  expect(`${linkRoot}/${crypto.randomUUID()}/runner.sock`.length).toBeLessThan(108)
  rmSync(linkRoot, { recursive: true })
})
