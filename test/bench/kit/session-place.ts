import { mkdirSync } from 'node:fs'
import type Docker from 'dockerode'
import type { Client } from '../../../src/client/client.ts'
import { requireDocker } from '../../harness/docker.ts'
import { type Shape, startShape } from '../../harness/shapes.ts'
import { tempDirectory } from '../../harness/temp.ts'
import { until } from '../../harness/until.ts'
import { need } from './benchmark.ts'
import { clientOf, runningSession } from './shape-client.ts'

const SESSION_LABEL = 'ai.backend.session-id'

/** The product on a container engine, and what it asks of that engine for a session. */
export interface SessionPlace extends AsyncDisposable {
  readonly shape: Shape
  readonly client: Client
  readonly docker: Docker
  /** Settings of a container like those of a session, but for its command. */
  containerLike(command: string[]): Docker.ContainerCreateOptions
  /** Ends the session; resolves when its container is gone. */
  end(session: string): Promise<void>
}

/** Starts `up` on the engine and learns the settings from its first session. */
export async function startSessionPlace(): Promise<SessionPlace> {
  await using stack = new AsyncDisposableStack()
  const engine = stack.use(await need('container engine', requireDocker))
  const { docker } = engine
  const shape = stack.use(await startShape('up', { backend: 'docker' }))
  const client = clientOf(shape)
  const containersOf = (session: string) =>
    docker.listContainers({ all: true, filters: { label: [`${SESSION_LABEL}=${session}`] } })

  const end = async (session: string): Promise<void> => {
    await client.sessions.destroy(session)
    await until(async () => (await containersOf(session)).length === 0, 30_000)
  }
  const first = await runningSession(client)
  const [container] = await containersOf(first)
  if (!container) throw new Error(`no container is labelled ${SESSION_LABEL}=${first}`)
  const { Config, HostConfig } = await docker.getContainer(container.Id).inspect()
  await end(first)

  const folders = tempDirectory('bench')
  stack.defer(() => folders[Symbol.dispose]())
  // The session's own folders went with it; read-only mounts of the program itself stay.
  const mounts = (HostConfig.Mounts ?? []).map((mount, index) => {
    if (mount.Source.includes('/runner/')) return mount
    const source = folders.at(`mount-${index}`)
    mkdirSync(source)
    return { ...mount, Source: source }
  })
  const owned = stack.move()
  return {
    shape,
    client,
    docker,
    containerLike: (command) => ({
      ...Config,
      Entrypoint: command,
      Cmd: [],
      // As many as a session has, but none by which the agent would take it for its own.
      Labels: Object.fromEntries(
        Object.entries(Config.Labels).map(([name, value]) => [`bench.${name}`, value]),
      ),
      HostConfig: { ...HostConfig, Mounts: mounts },
    }),
    end,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export async function removeContainer(container: Docker.Container): Promise<void> {
  await container.remove({ force: true, v: true })
}
