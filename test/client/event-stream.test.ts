import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { ApiError } from '../../src/client/errors.ts'
import { parseEvents, type ServerEvent } from '../../src/client/sse.ts'
import {
  ACCESS_KEY,
  eventStream,
  problem,
  type ScriptedManager,
  SECRET_KEY,
  startScriptedManager,
} from './scripted-manager.ts'

/** A body that arrives in these pieces. */
const streamOf = (...pieces: string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

describe('parsing', () => {
  const parse = (...pieces: string[]): Promise<ServerEvent[]> => all(parseEvents(streamOf(...pieces)))

  test('events with LF, CRLF and CR, several data lines and comments', async () => {
    const events = await parse(
      ': hello\n\nevent: a\nid: 1\ndata: x\ndata: y\n\n',
      'event: b\r\ndata:z\r\n\r\n',
      'data: c\r\rdata\n\n',
    )
    expect(events).toEqual([
      { event: 'a', data: 'x\ny', id: '1' },
      { event: 'b', data: 'z', id: '1' },
      { event: 'message', data: 'c', id: '1' },
      { event: 'message', data: '', id: '1' },
    ])
  })

  test('pieces may end anywhere, inside a character and inside CRLF', async () => {
    const bytes = new TextEncoder().encode('event: ä\r\ndata: 한\r\n\r\n')
    for (let cut = 1; cut < bytes.length; cut++) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, cut))
          controller.enqueue(bytes.slice(cut))
          controller.close()
        },
      })
      expect(await all(parseEvents(body))).toEqual([{ event: 'ä', data: '한', id: undefined }])
    }
  })

  test('an unfinished event is dropped', async () => {
    expect(await parse('data: whole\n\ndata: half\n')).toHaveLength(1)
  })

  test('the wished pause is told', async () => {
    const pauses: number[] = []
    await all(parseEvents(streamOf('retry: 3000\n\nretry: x\n\n'), (ms) => pauses.push(ms)))
    expect(pauses).toEqual([3000])
  })
})

describe('a stream of session events', () => {
  let manager: ScriptedManager
  let client: Client
  let pauses: number[]

  beforeEach(async () => {
    manager = await startScriptedManager()
    pauses = []
    client = createClient({
      endpoint: manager.endpoint,
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      transport: createCliTransport(),
      sleep: async (ms) => void pauses.push(ms),
    })
  })
  afterEach(() => manager[Symbol.asyncDispose]())

  const frame = (id: number, event: string): string =>
    `event: ${event}\nid: ${id}\ndata: ${JSON.stringify({ sessionName: 's', reason: '', exitCode: null })}\n\n`
  const close = 'event: server_close\ndata: {}\n\n'

  test('ends at server_close', async () => {
    manager.on('GET /events/session', () =>
      eventStream([frame(1, 'session_started'), close, frame(2, 'late')], 'stay'),
    )
    const events = await all(await client.sessions.events({ sessionName: 's' }))
    expect(events.map(({ event, id }) => [event, id])).toEqual([['session_started', '1']])
    const request = manager.requestsOf('GET /events/session')[0]
    expect(request?.query.get('sessionName')).toBe('s')
    expect(request?.query.get('scope')).toBe('*')
    expect(request?.headers['content-type']).toBeUndefined()
  })

  test('comes back after a broken stream from the last id', async () => {
    manager.on('GET /events/session', ({ headers }) =>
      headers['last-event-id'] === '2'
        ? eventStream([frame(3, 'session_terminated'), close])
        : eventStream(['retry: 1234\n\n', frame(1, 'session_scheduled'), frame(2, 'session_started')]),
    )
    const events = await all(await client.sessions.events())
    expect(events.map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(pauses).toContain(1234)
  })

  test('waits longer and longer while the server is away, then goes on', async () => {
    let calls = 0
    manager.on('GET /events/session', () => {
      calls += 1
      if (calls === 1) return eventStream([frame(1, 'session_started')])
      return calls < 6 ? problem(503, 'service-unavailable', 'Wait.') : eventStream([close])
    })
    expect(await all(await client.sessions.events())).toHaveLength(1)
    // 250 is the pause between two tries of one request.
    expect(pauses.filter((ms) => ms >= 500)).toEqual([500, 1000, 2000])
  })

  test('a refusal while coming back is final', async () => {
    let calls = 0
    manager.on('GET /events/session', () => {
      calls += 1
      return calls === 1
        ? eventStream([frame(1, 'session_started')])
        : problem(403, 'generic-forbidden', 'No.')
    })
    const stream = await client.sessions.events()
    await expect(all(stream)).rejects.toBeInstanceOf(ApiError)
  })

  test('ends without an error when aborted while waiting', async () => {
    manager.on('GET /events/session', () => eventStream([frame(1, 'session_started')], 'stay'))
    const stop = new AbortController()
    const seen: string[] = []
    for await (const { event } of await client.sessions.events({}, { signal: stop.signal })) {
      seen.push(event)
      stop.abort()
    }
    expect(seen).toEqual(['session_started'])
  })

  test('background tasks end with their last event', async () => {
    const data = (fields: object): string => `data: ${JSON.stringify({ task_id: 't', ...fields })}\n\n`
    manager.on('GET /events/background-task', () =>
      eventStream([
        `event: bgtask_updated\n${data({ message: 'half', current_progress: 1, total_progress: 2 })}`,
        `event: bgtask_done\n${data({ message: 'all done' })}`,
        close,
      ]),
    )
    expect(await all(client.followTask('t'))).toEqual([
      { status: 'updated', message: 'half', current: 1, total: 2 },
      { status: 'done', message: 'all done', current: 0, total: 0 },
    ])
    expect(manager.requestsOf('GET /events/background-task')[0]?.query.get('task_id')).toBe('t')
  })
})
