/** GraphiQL in a browser that reaches nothing but the manager. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chromium } from 'playwright-core'
import { GRAPHIQL_FOLDER, graphiqlFiles } from '../../src/manager/api/graphql/graphiql-files.ts'
import { startWorld } from '../manager/api/graphql/world.ts'
import { ADMIN } from '../manager/api/test-manager.ts'

const PATIENCE_MS = 120_000

let world: Awaited<ReturnType<typeof startWorld>>
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test(
  'the page asks signed queries and needs no other address',
  async () => {
    await using browser = await chromium.launch({
      executablePath: Bun.which('chromium') ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    })
    const page = await browser.newPage()
    page.setDefaultTimeout(PATIENCE_MS / 2)
    const origin = `http://127.0.0.1:${world.port}`
    const elsewhere: string[] = []
    const faults: string[] = []
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) {
        elsewhere.push(request.url())
      }
    })
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') asked.push(request.postData() ?? '')
    })
    page.on('pageerror', (error) => faults.push(String(error)))
    await page.goto(`${origin}/admin/gql`)
    const notice = page.getByRole('status')
    await notice.getByText('Type an access key and its secret key to begin.').waitFor()
    await page.getByLabel('Access key').fill(ADMIN.accessKey)
    await page.getByLabel('Secret key').fill('wrong')
    await page.getByRole('button', { name: 'Open' }).click()
    await notice.getByText('The manager refuses:').waitFor()
    expect(asked).toEqual([JSON.stringify({ query: '{ user { email } }' })])
    await page.getByLabel('Secret key').fill(ADMIN.secretKey)
    const introspected = page.waitForResponse((response) =>
      (response.request().postData() ?? '').includes('IntrospectionQuery'),
    )
    await page.getByLabel('Secret key').press('Enter')
    expect((await (await introspected).json()).data.__schema.queryType).toMatchObject({ name: 'Queries' })
    const answered = page.waitForResponse(
      (response) =>
        response.request().method() === 'POST' &&
        (response.request().postData() ?? '').includes('user{email role'),
    )
    await page.getByRole('button', { name: /execute query/i }).click()
    const response = await answered
    expect(response.status()).toBe(200)
    expect(await response.json()).toMatchObject({
      data: { user: { email: ADMIN.email, role: 'superadmin' } },
    })
    expect(elsewhere).toEqual([])
    expect(faults).toEqual([])
  },
  PATIENCE_MS,
)

test('whoever is no browser is told to post', async () => {
  const got = await world.call('GET', '/admin/gql', { as: null })
  expect([got.status, got.json.error_code]).toEqual([405, 'method-not-allowed'])
})

test('its files are compressed, kept for ever by browsers, and read by those who cannot unpack', async () => {
  const origin = `http://127.0.0.1:${world.port}`
  const folder = `${origin}/admin/gql/${GRAPHIQL_FOLDER}`
  for (const name of graphiqlFiles.keys()) {
    const packed = await fetch(`${folder}/${name}`, {
      decompress: false,
      headers: { 'accept-encoding': 'gzip' },
    })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(packed.headers.get('cache-control')).toContain('immutable')
    const plain = await fetch(`${folder}/${name}`, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    const content = await plain.bytes()
    expect(Bun.gunzipSync(await packed.bytes())).toEqual(content)
    expect(content.length).toBeGreaterThan(100_000)
  }
  for (const path of [`${folder}/other.js`, `${origin}/admin/gql/assets/0.0.0/graphiql.js`])
    expect((await fetch(path)).status).toBe(404)
})
