import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vfs } from '../../plugins/storage-vfs/index.ts'
import { loadConfig } from '../../src/config/loader.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startStorageProxy } from '../../src/storage-proxy/role.ts'

test('serves its volumes to managers with the secret, and its state to everybody', async () => {
  const path = mkdtempSync(join(tmpdir(), 'volume-'))
  const { api } = loadConfig({
    role: 'storage-proxy',
    env: {
      BACKENDAI_API__CLIENT__SERVICE_ADDR: '127.0.0.1:0',
      BACKENDAI_API__MANAGER__SERVICE_ADDR: '127.0.0.1:0',
    },
    cwd: path,
    home: path,
    systemDir: path,
  })
  const volume = await vfs.open({ name: 'volume1', path, fsprefix: '.', options: {} })
  await using role = await startStorageProxy({
    api,
    managerSecret: 'right',
    volumes: [volume],
    version: '1.2.3',
    log: silentLogger,
  })
  const client = role.endpoints.storage ?? ''
  const manager = role.endpoints['storage (manager side)'] ?? ''
  const ask = (path: string, token = 'right') =>
    fetch(manager + path, { headers: { 'X-BackendAI-Storage-Auth-Token': token } })

  expect(await (await fetch(client)).json()).toEqual({
    status: 'ok',
    type: 'client-facing',
    'storage-proxy': '1.2.3',
  })
  expect((await ask('/status', 'none')).status).toBe(200)
  expect((await ask('/volumes', 'wrong')).status).toBe(403)
  expect(await (await ask('/volumes')).json()).toEqual({
    volumes: [{ name: 'volume1', backend: 'vfs', path, fsprefix: '.', capabilities: ['vfolder'] }],
  })
  expect(await (await ask('/volume/hwinfo?volume=volume1')).json()).toMatchObject({ status: 'healthy' })
  const usage = (await (await ask('/folder/fs-usage?volume=volume1')).json()) as Record<string, number>
  expect(usage.capacity_bytes).toBeGreaterThan(usage.used_bytes ?? Number.POSITIVE_INFINITY)
  expect((await ask('/volume/hwinfo?volume=other')).status).toBe(404)
  rmSync(path, { recursive: true })
  expect(await (await ask('/volume/hwinfo?volume=volume1')).json()).toMatchObject({ status: 'unavailable' })
})
