import { expect, test } from 'bun:test'
import { createLeakCounter, type Leak } from '../harness/leaks.ts'
import { type BackendName, startShape } from '../harness/shapes.ts'
import { createUser } from '../soak/user.ts'

const kinds = (leaks: readonly Leak[]): string[] => [...new Set(leaks.map(({ kind }) => kind))].sort()

const OF_EACH: Leak['kind'][] = [
  'container',
  'kernel record',
  'kernel row',
  'link directory',
  'process',
  'scratch directory',
  'session row',
  'socket',
]

test.each<BackendName>(['process', 'docker'])(
  'a session on %s is seen from outside in all that it takes',
  async (backend) => {
    await using shape = await startShape('up', { backend })
    await using counter = createLeakCounter(shape)
    const user = createUser(shape)
    expect(await counter.settle()).toEqual([])
    await user.start('seen', 'seen-token')
    const port = shape.kernelPorts[1]
    const mark = `86400.${process.pid}`
    await user.run('seen', escapee(mark, port))
    const [session] = await counter.store.named('seen')
    const kernelId = session?.kernelId ?? ''

    const taken = await counter.count({ marks: [mark] })
    expect(kinds(taken)).toEqual(expect.arrayContaining(OF_EACH))
    const onHost = backend === 'process'
    expect(kinds(taken)).toContain('port')
    expect(kinds(taken).includes('control group')).toBe(shape.logs().includes('limited memory'))
    expect(taken.some(({ kind, what }) => kind === 'process' && what.includes(mark))).toBe(true)
    // What lives on purpose is no leak; what hides from its kernel is one even then.
    const hidden = await counter.count({ living: [kernelId], marks: [mark] })
    expect(hidden.filter(({ kind }) => kind !== 'event')).toHaveLength(onHost ? 2 : 1)

    await user.end('seen')
    expect(await counter.settle({ marks: [mark] })).toEqual([])
  },
)

/** A child that sheds its environment, its session and its folder, and a listener on a port of kernels. */
const escapee = (mark: string, port: number): string => `
import socket, subprocess
subprocess.Popen(['sleep', '${mark}'], env={}, cwd='/', start_new_session=True)
listener = socket.create_server(('127.0.0.1', ${port}))
`
