import { expect, test } from 'bun:test'
import { uploadName } from '../../../../src/manager/api/rest/upload-name.ts'

test.each([
  ['notes.txt', 'notes.txt'],
  ['sub%2Fdeep.bin', 'sub/deep.bin'],
  ['caf%C3%A9%20%22q%22.txt', 'café "q".txt'],
  ['100%25.txt', '100%.txt'],
  ['sub/100%25.txt', 'sub/100%25.txt'],
  ['a b%20c', 'a b%20c'],
  ['50%off', '50%off'],
  ['..%2F..%2Fetc', '../../etc'],
])('%s stands for %s', (sent, path) => {
  expect(uploadName(sent)).toBe(path)
})
