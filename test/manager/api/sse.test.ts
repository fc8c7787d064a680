import { expect, test } from 'bun:test'
import { sse } from '../../../src/manager/api/sse.ts'

const frames = (text: string) => text.split('\n\n').filter((frame) => frame.startsWith('event:'))
const never = new AbortController().signal

test('events in order, then server_close', async () => {
  async function* events() {
    yield { event: 'a', data: { n: 1 }, id: '1' }
    yield { event: 'b', data: 'two\nlines' }
  }
  expect(frames(await sse(events(), { signal: never }).text())).toEqual([
    'event: a\nid: 1\ndata: {"n":1}',
    'event: b\ndata: "two\\nlines"',
    'event: server_close\ndata: {}',
  ])
})

test('the head goes out before the first event is there', async () => {
  const gate = Promise.withResolvers<void>()
  async function* events() {
    await gate.promise
    yield { event: 'late', data: {} }
  }
  const reader = sse(events(), { signal: never }).body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(': connected\n\n')
  gate.resolve()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toStartWith('event: late')
  await reader?.cancel()
})

test('an idle stream is kept alive', async () => {
  const gate = Promise.withResolvers<void>()
  async function* events() {
    await gate.promise
    yield { event: 'end', data: {} }
  }
  const reader = sse(events(), { signal: never, heartbeatMs: 1 }).body?.getReader()
  await reader?.read()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(': alive\n\n')
  gate.resolve()
  await reader?.cancel()
})

test('a client that leaves ends the iteration', async () => {
  const ended = Promise.withResolvers<void>()
  async function* events() {
    try {
      while (true) yield { event: 'more', data: {} }
    } finally {
      ended.resolve()
    }
  }
  const reader = sse(events(), { signal: never }).body?.getReader()
  // The opening comment, then an event: a generator that never began has nothing to end.
  await reader?.read()
  await reader?.read()
  await reader?.cancel()
  await ended.promise
})

test('stopping and failing leave server_close out, so that clients come back', async () => {
  const stop = new AbortController()
  async function* waiting() {
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
    yield { event: 'x', data: {} }
  }
  const stopped = sse(waiting(), { signal: stop.signal }).text()
  stop.abort()
  expect(await stopped).toBe(': connected\n\n')
  expect(await sse(waiting(), { signal: AbortSignal.abort() }).text()).toBe(': connected\n\n')

  const failing: AsyncIterable<never> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the bus is gone')) }),
  }
  await expect(sse(failing, { signal: never }).text()).rejects.toThrow('the bus is gone')
})
