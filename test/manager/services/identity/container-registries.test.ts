import { expect, test } from 'bun:test'
import {
  createRegistry,
  deleteRegistry,
  modifyRegistry,
} from '../../../../src/manager/services/identity/container-registries.ts'
import { registries } from '../../../../src/manager/services/registries.ts'
import { openPlace, refusal, requester } from './place.ts'

const PROPS = { url: 'https://cr.example:5000/', type: 'harbor2', project: ['stable', 'community', 'stable'] }

test('a registry is written where scans and pulls read it', async () => {
  await using place = await openPlace()
  const { identity, root, config } = place
  const host = 'cr.example:5000'
  const made = await createRegistry(identity, root, host, { ...PROPS, username: 'me', password: 'secret' })
  expect(made).toEqual({
    name: host,
    url: 'https://cr.example:5000',
    type: 'harbor2',
    projects: ['stable', 'community'],
    username: 'me',
    password: 'secret',
    sslVerify: true,
  })
  expect((await registries(config)).get(host)).toEqual(made)
  const changed = await modifyRegistry(identity, root, host, {
    ssl_verify: false,
    password: null,
    username: '',
  })
  expect(changed).toEqual({
    name: host,
    url: 'https://cr.example:5000',
    type: 'harbor2',
    projects: ['stable', 'community'],
    sslVerify: false,
  })
  expect(await deleteRegistry(identity, root, host)).toEqual(changed)
  expect((await registries(config)).has(host)).toBe(false)
})

test('what cannot be', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  await createRegistry(identity, root, 'cr.example', PROPS)
  for (const [change, said] of [
    [createRegistry(identity, root, 'cr.example', PROPS), 'exists already'],
    [createRegistry(identity, root, 'a/b', PROPS), 'is no host name'],
    [createRegistry(identity, root, 'other', { ...PROPS, url: 'ftp://x' }), 'http or https'],
    [createRegistry(identity, root, 'other', { ...PROPS, type: 'attic' }), 'type is one of docker'],
    [createRegistry(identity, root, 'other', { ...PROPS, project: ['a b'] }), 'is no project'],
    [createRegistry(identity, root, 'other', { type: 'docker' }), 'url and type are needed'],
    [modifyRegistry(identity, root, 'other', {}), 'no container registry "other"'],
    [deleteRegistry(identity, root, 'other'), 'no container registry "other"'],
    [createRegistry(identity, requester({ role: 'admin' }), 'other', PROPS), 'no permission'],
    [modifyRegistry(identity, requester({ role: 'admin' }), 'cr.example', {}), 'no permission'],
    [deleteRegistry(identity, requester({ role: 'user' }), 'cr.example'), 'no permission'],
  ] as const) {
    expect(await refusal(change)).toContain(said)
  }
})
