import { connect } from 'node:net'
import { freePort } from './ports.ts'
import { type ServerProcess, startServerProcess, untilReady } from './server-process.ts'
import { tempDirectory } from './temp.ts'

export interface TestRedis extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Ends it without notice and starts it anew on the same port, empty. */
  restart(): Promise<void>
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const done = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('data', (data) => done(data.toString().startsWith('+PONG')))
    socket.on('error', () => done(false))
  })

/** A Redis server of this test's own, empty and without persistence. */
export async function startRedis(): Promise<TestRedis> {
  const directory = tempDirectory('redis')
  const port = await freePort()
  const start = async (): Promise<ServerProcess> => {
    const server = startServerProcess({
      command: [
        'redis-server',
        '--port',
        `${port}`,
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
      ],
      cwd: directory.path,
      stopSignal: 'KILL',
    })
    await untilReady(server, 'redis-server', () => answers(port))
    return server
  }
  let server = await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    restart: async () => {
      await server[Symbol.asyncDispose]()
      server = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}
