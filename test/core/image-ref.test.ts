import { expect, test } from 'bun:test'
import { canonicalNames, parseImageRef } from '../../src/core/image-ref.ts'

test.each([
  ['cr.backend.ai/stable/python:3.9-ubuntu20.04', 'cr.backend.ai', 'stable/python', '3.9-ubuntu20.04'],
  ['127.0.0.1:5000/a:1', '127.0.0.1:5000', 'a', '1'],
  ['localhost/a', 'localhost', 'a', 'latest'],
  ['lablup/python:3.6', 'index.docker.io', 'lablup/python', '3.6'],
  ['python', 'index.docker.io', 'python', 'latest'],
  ['local/python:3.11', 'local', 'python', '3.11'],
])('%s', (text, registry, repository, tag) => {
  expect(parseImageRef(text)).toEqual({ registry, repository, tag })
})

test.each(['https://cr.backend.ai/a:1', 'a:b:c', '', '/a', 'a:-1'])('"%s" is no reference', (text) => {
  expect(() => parseImageRef(text)).toThrow(RangeError)
})

test('what earlier clients call a native image still means it', () => {
  const text = 'index.docker.io/local/python:3.11'
  expect(canonicalNames(text, parseImageRef(text))).toContain('local/python:3.11')
})
