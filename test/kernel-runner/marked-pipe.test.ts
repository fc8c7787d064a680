import { expect, test } from 'bun:test'
import { closeSync, writeSync } from 'node:fs'
import { MarkedPipe, newNonce } from '../../src/kernel-runner/execution/marked-pipe.ts'
import { StepGate } from '../../src/kernel-runner/execution/step-gate.ts'
import { native } from '../../src/kernel-runner/libc.ts'

test('text is told at once, whatever its last character is', async () => {
  const { readFd, writeFd } = native.pipe()
  let heard = Promise.withResolvers<string>()
  const pipe = new MarkedPipe(newNonce(), new StepGate(), (bytes) =>
    heard.resolve(new TextDecoder().decode(bytes)),
  )
  const read = pipe.read(readFd)
  const characters = [...Array(0x250).keys()].slice(1).map((code) => String.fromCodePoint(code))
  for (const character of [...characters, '한', '🐍']) {
    heard = Promise.withResolvers()
    writeSync(writeFd, character)
    expect(await heard.promise).toBe(character)
  }
  closeSync(writeFd)
  await read
  closeSync(readFd)
})
