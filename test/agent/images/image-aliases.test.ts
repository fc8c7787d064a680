import { expect, test } from 'bun:test'
import { imageAliases } from '../../../src/agent/images/image-aliases.ts'

test.each([
  ['cr.backend.ai/stable/python:3.11-ubuntu22.04', ['python', 'python:3.11']],
  ['localhost:5000/a/julia:1.8', ['julia', 'julia:1.8']],
  ['local/javascript:bun-1.4.5', ['javascript', 'javascript:bun']],
  ['python', ['python']],
])('%s', (canonical, aliases) => {
  expect(imageAliases(canonical)).toEqual(aliases)
})
