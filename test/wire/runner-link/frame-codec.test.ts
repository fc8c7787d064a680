import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { encodeFrame, FrameDecoder } from '../../../src/wire/runner-link/frame-codec.ts'
import type { RunnerFrame } from '../../../src/wire/runner-protocol.ts'

const frame: fc.Arbitrary<RunnerFrame> = fc.oneof(
  fc.record({
    kind: fc.constant('data' as const),
    stream: fc.nat(),
    data: fc.oneof(fc.constant(null), fc.uint8Array({ maxLength: 300 })),
  }),
  fc.record({
    kind: fc.constant('message' as const),
    runId: fc.string(),
    seq: fc.nat(),
    message: fc.record({
      type: fc.constantFrom('stdout' as const, 'stderr' as const),
      data: fc.string({ unit: 'grapheme' }),
    }),
  }),
)

const plain = (value: RunnerFrame): unknown =>
  value.kind === 'data' && value.data ? { ...value, data: [...value.data] } : value

test('frames survive any cutting of the byte stream', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 })),
      (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(encodeFrame))
        const decoder = new FrameDecoder()
        const seen: RunnerFrame[] = []
        let at = 0
        for (let index = 0; at < bytes.length; index += 1) {
          const size = cuts[index % Math.max(1, cuts.length)] ?? bytes.length
          // A socket lends its memory: it is overwritten after the call.
          const lent = Uint8Array.from(bytes.subarray(at, at + size))
          decoder.push(lent, (decoded) => seen.push(decoded))
          at += size
        }
        expect(seen.map(plain)).toEqual(frames.map(plain))
      },
    ),
  )
})

test('an oversized frame is refused before it is read', () => {
  const decoder = new FrameDecoder(1000)
  const prefix = new Uint8Array([0, 0, 0x10, 0])
  expect(() => decoder.push(prefix, () => undefined)).toThrow('over 1000')
})

test('what is not a frame is refused', () => {
  for (const body of [[0xc1], [0x01], [0x81, 0xa1, 0x78, 0x01]]) {
    const bytes = new Uint8Array([0, 0, 0, body.length, ...body])
    expect(() => new FrameDecoder().push(bytes, () => undefined)).toThrow()
  }
})
