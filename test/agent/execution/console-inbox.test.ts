import { expect, test } from 'bun:test'
import { ConsoleInbox } from '../../../src/agent/execution/console-inbox.ts'
import type { RunnerMessage } from '../../../src/wire/runner-protocol.ts'

function inboxOf(...messages: RunnerMessage[]): ConsoleInbox {
  const inbox = new ConsoleInbox()
  messages.forEach((message, index) => {
    inbox.push(index + 1, message)
  })
  return inbox
}

test('adjacent text is merged, everything else stays apart and in order', () => {
  const { console, end } = inboxOf(
    { type: 'stdout', data: 'a' },
    { type: 'stdout', data: 'b' },
    { type: 'stderr', data: 'c' },
    { type: 'media', data: { type: 'image/png', data: 'data:x' } },
    { type: 'html', data: '<p>' },
    { type: 'log', data: 'l' },
    { type: 'stdout', data: 'd' },
  ).gather(100)
  expect(console).toEqual([
    ['stdout', 'ab'],
    ['stderr', 'c'],
    ['media', ['image/png', 'data:x']],
    ['html', '<p>'],
    ['log', 'l'],
    ['stdout', 'd'],
  ])
  expect(end).toBeNull()
})

test('an answer ends with a message that ends a step; the rest waits', () => {
  const inbox = inboxOf(
    { type: 'stdout', data: 'build' },
    { type: 'build-finished', data: { exitCode: 0 } },
    { type: 'stdout', data: 'run' },
    { type: 'finished', data: { exitCode: 3 } },
  )
  expect(inbox.isReady(100)).toBe(true)
  expect(inbox.gather(100)).toMatchObject({
    console: [['stdout', 'build']],
    end: { type: 'build-finished' },
    takenSeq: 2,
  })
  expect(inbox.gather(100)).toMatchObject({
    console: [['stdout', 'run']],
    end: { type: 'finished' },
    takenSeq: 4,
  })
})

test('each stream has its own limit, no character is cut, and what was told in part is counted', () => {
  const inbox = inboxOf({ type: 'stderr', data: 'eee' }, { type: 'stdout', data: 'ab😀cd' })
  expect(inbox.gather(3)).toEqual({
    console: [
      ['stderr', 'eee'],
      ['stdout', 'ab'],
    ],
    end: null,
    takenSeq: 1,
    takenChars: 2,
    isFull: true,
  })
  expect(inbox.gather(3)).toMatchObject({ console: [['stdout', '😀c']], takenSeq: 1, takenChars: 5 })
  expect(inbox.gather(3)).toMatchObject({ console: [['stdout', 'd']], takenSeq: 2, takenChars: 0 })
})

test('a message that arrives again is not told again', () => {
  const inbox = inboxOf({ type: 'stdout', data: 'a' })
  expect(inbox.push(1, { type: 'stdout', data: 'a' })).toBe(false)
  expect(inbox.gather(10).console).toEqual([['stdout', 'a']])
})

test('a character wider than the limit goes out alone rather than never', () => {
  const inbox = inboxOf({ type: 'stdout', data: '😀😀' })
  expect(inbox.gather(1).console).toEqual([['stdout', '😀']])
})
