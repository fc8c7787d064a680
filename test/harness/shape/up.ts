import { join } from 'node:path'
import { placement } from '../placement.ts'
import type { Shape, ShapeOptions } from '../shapes.ts'
import { adminKeys, kernelPorts, passwordIn, placeBackend, shapeHome } from './home.ts'
import { expectNothingLeft } from './leftovers.ts'
import { SHAPE_ROLES, type ShapeRole, startRoleProcess } from './role-process.ts'

/** All roles in one process, on the embedded drivers. */
export async function startUpShape(options: ShapeOptions): Promise<Shape> {
  await using stack = new AsyncDisposableStack()
  const backend = stack.use(await placeBackend(options.backend))
  const home = shapeHome('up')
  stack.defer(() => home[Symbol.dispose]())
  stack.defer(() => expectNothingLeft(home.path, backend.host))
  const dataDir = home.at('data')
  const ports = kernelPorts()
  const up = stack.use(
    await startRoleProcess({
      command: 'up',
      args: ['--drain', ...backend.args],
      env: {
        ...(await placement()),
        BACKENDAI_CONTAINER__PORT_RANGE: JSON.stringify(ports),
        ...backend.env,
        ...options.env,
      },
      dataDir,
      cwd: home.path,
    }),
  )
  const { endpoint, web } = up.ready
  if (!endpoint || !web) throw new Error(`up announced no addresses: ${JSON.stringify(up.ready)}`)
  const ofAll = <T>(value: T) =>
    Object.fromEntries(SHAPE_ROLES.map((role) => [role, value])) as Record<ShapeRole, T>
  const password = await passwordIn(() => up.server.output())
  const owned = stack.move()
  return {
    name: 'up',
    endpoint,
    web,
    ...adminKeys(dataDir),
    password,
    dataDir,
    dataDirs: ofAll(dataDir),
    store: join(dataDir, 'store.db'),
    dockerHost: backend.host,
    kernelPorts: ports,
    get pids() {
      return ofAll(up.pid)
    },
    logs: () => up.logs(),
    kill: () => up.kill(),
    restart: () => up.restart(),
    stumble: (_, afterMs) => up.stumble(afterMs),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
