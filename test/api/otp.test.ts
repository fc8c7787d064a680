import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { otp } from '../../src/api/otp.ts'

test.each([
  ['012345', '012345'],
  [12345, '012345'],
  [0, '000000'],
  [' 012 345 ', '012345'],
  ['', ''],
])('%p is %p', (given, expected) => {
  expect(v.parse(otp, given)).toBe(expected)
})

test.each([[true], [null], [{}]])('%p is none', (given) => {
  expect(v.safeParse(otp, given).success).toBe(false)
})
