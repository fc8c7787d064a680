import { expect, test } from 'bun:test'
import type { ConfiguredRegistry } from '../../../../src/manager/services/registries.ts'
import { parseChallenge } from '../../../../src/manager/services/registry/challenge.ts'
import { listRepositories, listTags } from '../../../../src/manager/services/registry/list-repositories.ts'
import { readImages } from '../../../../src/manager/services/registry/read-images.ts'
import {
  createRegistryHttp,
  type RegistryFetch,
} from '../../../../src/manager/services/registry/registry-http.ts'

const REGISTRY: ConfiguredRegistry = {
  name: 'reg.example',
  url: 'https://reg.example',
  username: 'ada',
  password: 'pass',
  type: 'docker',
  projects: [],
  sslVerify: true,
}
const BASIC = `Basic ${btoa('ada:pass')}`

interface Asked {
  url: string
  authorization: string | null
}

/** Answers as recorded; an address that is not among them fails the test. */
function recorded(answers: Record<string, (authorization: string | null) => Response>) {
  const asked: Asked[] = []
  const fetch: RegistryFetch = async (url, init) => {
    const authorization = new Headers(init.headers).get('authorization')
    asked.push({ url, authorization })
    const answer = answers[url]
    if (!answer) throw new Error(`not recorded: ${url}`)
    return answer(authorization)
  }
  return { asked, fetch }
}

const http = (fetch: RegistryFetch, change: Partial<ConfiguredRegistry> = {}) =>
  createRegistryHttp({ ...REGISTRY, ...change }, fetch, new AbortController().signal)
const challenge = (value: string): Response =>
  new Response('{"errors":[]}', { status: 401, headers: { 'www-authenticate': value } })
const digestOf = (text: string): string =>
  `sha256:${new Bun.CryptoHasher('sha256').update(text).digest('hex')}`

test('challenges of both kinds', () => {
  expect(parseChallenge('Basic realm="x"')).toEqual({ scheme: 'basic' })
  expect(parseChallenge('Bearer realm="https://a/t",service="s",scope="repository:a/b:pull,push"')).toEqual({
    scheme: 'bearer',
    realm: 'https://a/t',
    service: 's',
    scope: 'repository:a/b:pull,push',
  })
  expect(parseChallenge('Negotiate')).toBeNull()
  expect(parseChallenge(null)).toBeNull()
})

test('Basic: the credentials are sent once they are asked for; the catalogue is read page by page', async () => {
  const guarded = (answer: () => Response) => (authorization: string | null) =>
    authorization === BASIC ? answer() : challenge('Basic realm="r"')
  const { asked, fetch } = recorded({
    'https://reg.example/v2/_catalog?n=1000': guarded(() =>
      Response.json(
        { repositories: ['stable/python', 'other/x'] },
        { headers: { link: '</v2/_catalog?last=x&n=1000>; rel="next"' } },
      ),
    ),
    'https://reg.example/v2/_catalog?last=x&n=1000': guarded(() =>
      Response.json({ repositories: ['stable/r'] }),
    ),
  })
  const found = await listRepositories(http(fetch), { ...REGISTRY, projects: ['stable'] })
  expect(found).toEqual(['stable/python', 'stable/r'])
  expect(asked.map(({ authorization }) => authorization)).toEqual([null, BASIC, BASIC])
})

test('token: fetched with the credentials, used instead of them', async () => {
  const { asked, fetch } = recorded({
    'https://reg.example/v2/a/b/tags/list?n=1000': (authorization) =>
      authorization === 'Bearer t1'
        ? Response.json({ name: 'a/b', tags: null })
        : challenge('Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull"'),
    'https://auth.example/token?service=reg&scope=repository%3Aa%2Fb%3Apull': () =>
      Response.json({ token: 't1' }),
  })
  expect(await listTags(http(fetch), REGISTRY, 'a/b')).toEqual([])
  expect(asked.map(({ authorization }) => authorization)).toEqual([null, BASIC, 'Bearer t1'])
})

test('a token service without TLS gets no password of a registry with TLS', async () => {
  const { asked, fetch } = recorded({
    'https://reg.example/v2/x': () => challenge('Bearer realm="http://auth.example/token"'),
  })
  expect(http(fetch).get('/v2/x')).rejects.toThrow('unusable token service')
  expect(asked).toHaveLength(1)
})

test('an index: one image per architecture; a blob elsewhere is fetched without credentials', async () => {
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'ai.backend.kernelspec': '1' } },
  })
  const digest = digestOf(config)
  const { asked, fetch } = recorded({
    'https://reg.example/v2/a/b/manifests/1': (authorization) =>
      authorization === BASIC
        ? Response.json({
            manifests: [
              { digest: 'sha256:m1', platform: { os: 'linux', architecture: 'amd64' } },
              { digest: 'sha256:m2', platform: { os: 'windows', architecture: 'amd64' } },
              { digest: 'sha256:m3', platform: { os: 'unknown', architecture: 'unknown' } },
            ],
          })
        : challenge('Basic realm="r"'),
    'https://reg.example/v2/a/b/manifests/sha256:m1': () =>
      Response.json({ config: { digest, size: 10 }, layers: [{ size: 5 }, { size: 7 }] }),
    [`https://reg.example/v2/a/b/blobs/${digest}`]: () =>
      new Response(null, { status: 307, headers: { location: 'https://store.example/blob' } }),
    'https://store.example/blob': () => new Response(config),
  })
  expect(await readImages(http(fetch), 'reg.example', 'a/b', '1')).toEqual([
    {
      canonical: 'reg.example/a/b:1',
      architecture: 'x86_64',
      digest,
      sizeBytes: 22,
      labels: { 'ai.backend.kernelspec': '1' },
      aliases: [],
    },
  ])
  expect(asked.at(-1)).toEqual({ url: 'https://store.example/blob', authorization: null })
})

test('a configuration that is not what its digest says', async () => {
  const { fetch } = recorded({
    'https://reg.example/v2/a/b/manifests/1': () =>
      Response.json({ config: { digest: 'sha256:other', size: 1 }, layers: [] }),
    'https://reg.example/v2/a/b/blobs/sha256:other': () => new Response('{"architecture":"amd64"}'),
  })
  expect(readImages(http(fetch), 'reg.example', 'a/b', '1')).rejects.toThrow('not what its digest says')
})

test('Harbor lists by project', async () => {
  const { fetch } = recorded({
    'https://reg.example/api/v2.0/projects/stable/repositories?page=1&page_size=100': () =>
      Response.json([{ name: 'stable/python' }]),
  })
  const registry = { ...REGISTRY, type: 'harbor2', projects: ['stable'] }
  expect(await listRepositories(http(fetch), registry)).toEqual(['stable/python'])
})

test.each([
  [() => challenge('Basic realm="r"'), 'reg.example refuses the credentials of "ada"'],
  [() => new Response('<html>'), 'no JSON'],
  [
    () => Response.json({ errors: [{ message: 'slow down' }] }, { status: 429 }),
    'HTTP 429 to /v2/_catalog (slow down)',
  ],
  [
    () => {
      throw Object.assign(new Error('connect'), { code: 'ConnectionRefused' })
    },
    'does not answer at https://reg.example: ConnectionRefused',
  ],
])('failures in words %#', async (answer, words) => {
  const { fetch } = recorded({ 'https://reg.example/v2/_catalog?n=1000': answer })
  const failed = listRepositories(http(fetch), REGISTRY)
  expect(failed).rejects.toThrow(words)
  expect(await failed.catch(String)).not.toContain('pass"')
})
