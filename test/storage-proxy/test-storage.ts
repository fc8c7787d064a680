import { vfs } from '../../plugins/storage-vfs/index.ts'
import { loadConfig } from '../../src/config/loader.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startStorageProxy } from '../../src/storage-proxy/role.ts'
import { tempDirectory } from '../harness/temp.ts'

export interface TestStorage extends AsyncDisposable {
  /** Of the volume `volume1`. */
  readonly path: string
  readonly clientUrl: string
  readonly managerUrl: string
  /** Tokens last an hour. */
  readonly clock: { offset: number; now(): number; sleep(ms: number): Promise<void> }
}

/** A storage proxy in this process with one volume; its secret is "right", that of its tokens "tokens". */
export async function startTestStorage(): Promise<TestStorage> {
  const directory = tempDirectory('storage')
  const { api } = loadConfig({
    role: 'storage-proxy',
    env: {
      BACKENDAI_API__CLIENT__SERVICE_ADDR: '127.0.0.1:0',
      BACKENDAI_API__MANAGER__SERVICE_ADDR: '127.0.0.1:0',
    },
    cwd: directory.path,
    home: directory.path,
    systemDir: directory.path,
  })
  const path = directory.at('volume1')
  const clock = { offset: 0, now: () => Date.now() + clock.offset, sleep: (ms: number) => Bun.sleep(ms) }
  const role = await startStorageProxy({
    api,
    settings: { maxUploadSize: 1000, scandirLimit: 1000, sessionExpire: 3600 },
    managerSecret: 'right',
    tokenSecret: 'tokens',
    volumes: [await vfs.open({ name: 'volume1', path, fsprefix: '.', options: {} })],
    version: '1.2.3',
    clock,
    log: silentLogger,
  })
  return {
    path,
    clock,
    clientUrl: role.endpoints.storage ?? '',
    managerUrl: role.endpoints['storage (manager side)'] ?? '',
    async [Symbol.asyncDispose]() {
      await role[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}
