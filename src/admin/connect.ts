import { existsSync } from 'node:fs'
import { prepareDataDir } from '../config/data-dir.ts'
import type { LoadedConfig } from '../config/loader.ts'
import { type StoreTarget, storeTarget } from '../config/targets.ts'
import { StoreLockedError } from '../db/errors.ts'
import { openStore } from '../db/open.ts'
import { createSharedConfig } from '../db/shared-config.ts'
import { systemClock } from '../lib/clock.ts'
import { createLogger } from '../lib/logger.ts'
import type { AdminContext } from './admin-context.ts'
import { AdminError } from './admin-error.ts'
import type { OperationName, ParamsOf, ResultOf } from './operations/index.ts'
import { type Administration, connectAdmin, isServing } from './socket-client.ts'
import { adminSocketPath } from './socket-path.ts'
import { runOperation } from './socket-server.ts'

export interface ConnectOptions {
  /** What others are told that find the database locked meanwhile, e.g. `mgr fixture populate`. */
  readonly command: string
  /** Makes the database where there is none. Default false. */
  readonly create?: boolean
  /** Reads registries while the role is down; null: only the running role does. */
  readonly offlineImages?: OfflineImages | null
}

/** Brought by whoever starts administration: it knows no role itself. */
export type OfflineImages = (
  context: Pick<AdminContext, 'store' | 'config' | 'clock' | 'log'>,
) => Promise<NonNullable<AdminContext['images']> & AsyncDisposable>

/**
 * The running role's administration, or, while it is down, our own on the store.
 * @throws AdminError with exit code 3 when another process holds the store and answers nothing.
 */
export async function connect(config: LoadedConfig, options: ConnectOptions): Promise<Administration> {
  const socket = adminSocketPath(config.data.dir)
  if (await isServing(socket)) return connectAdmin(socket)
  const target = storeTarget(config)
  if (target.kind === 'sqlite') {
    if (options.create === true) prepareDataDir(config)
    else requireDatabase(target)
  }
  try {
    return await openOffline(target, options)
  } catch (error) {
    if (error instanceof StoreLockedError) throw new AdminError(error.message, 3)
    throw error
  }
}

function requireDatabase({ path }: StoreTarget & { kind: 'sqlite' }): void {
  if (existsSync(path)) return
  throw new AdminError(
    `there is no database at ${path}: start the manager, or run "backendai mgr schema oneshot"`,
    1,
  )
}

async function openOffline(
  target: StoreTarget,
  { command, offlineImages }: ConnectOptions,
): Promise<Administration> {
  const clock = systemClock
  const log = createLogger({ level: 'warn' })
  await using stack = new AsyncDisposableStack()
  const store = stack.use(await openStore(target, { clock, log, role: command }))
  const parts = { store, config: createSharedConfig(store), clock, log }
  const images = offlineImages ? stack.use(lazyImages(() => offlineImages(parts))) : null
  const context: AdminContext = images ? { ...parts, images } : parts
  const owned = stack.move()
  return {
    call: async <Name extends OperationName>(name: Name, params: ParamsOf<Name>) =>
      (await runOperation(context, name, params)) as ResultOf<Name>,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Most commands read no registry. */
function lazyImages(
  open: () => ReturnType<OfflineImages>,
): NonNullable<AdminContext['images']> & AsyncDisposable {
  let opened: ReturnType<OfflineImages> | null = null
  const images = () => {
    opened ??= open()
    return opened
  }
  return {
    rescan: async (registry) => (await images()).rescan(registry),
    rescanState: async (taskId) => (await images()).rescanState(taskId),
    [Symbol.asyncDispose]: async () => (await opened)?.[Symbol.asyncDispose](),
  }
}
