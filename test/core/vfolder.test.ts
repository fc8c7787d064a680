import { expect, test } from 'bun:test'
import { allowsPermission, folderNameFault, parseVfid, vfidText } from '../../src/core/vfolder.ts'

const HEX = '0123456789abcdef0123456789abcdef'
const UUID = '01234567-89ab-cdef-0123-456789abcdef'

test('ids of folders as storage has them', () => {
  const scope = `user:${UUID}`
  expect(vfidText(scope, UUID)).toBe(`${scope}/${HEX}`)
  expect(vfidText(null, UUID)).toBe(HEX)
  for (const text of [`${scope}/${HEX}`, `${scope}/${UUID}`, `${scope}/${HEX.toUpperCase()}`])
    expect(parseVfid(text)).toEqual({ scope, folder: HEX })
  expect(parseVfid(UUID)).toEqual({ scope: null, folder: HEX })
  for (const text of [
    '',
    '..',
    `../${HEX}`,
    `group:${UUID}/${HEX}`,
    `${scope}/../${HEX}`,
    `${scope}/${HEX}0`,
  ])
    expect(parseVfid(text)).toBeNull()
})

test('names of folders', () => {
  for (const name of ['a', 'My Data', '데이터', 'né.v2', '.ssh', '.local', 'x'.repeat(64)])
    expect([name, folderNameFault(name)]).toEqual([name, null])
  for (const name of [
    '',
    ' a',
    'a ',
    'a/b',
    'a:b',
    'a\n',
    '.',
    '..',
    '_',
    'invitations',
    '.bashrc',
    '.zsh_profile',
    HEX,
  ])
    expect([name, typeof folderNameFault(name)]).toEqual([name, 'string'])
  expect(folderNameFault('x'.repeat(65))).toContain('64')
})

test('a permission holds those below it', () => {
  expect(['ro', 'rw', 'wd'].map((one) => allowsPermission('rw', one as 'ro'))).toEqual([true, true, false])
})
