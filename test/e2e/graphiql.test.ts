/** GraphiQL in a browser that reaches nothing but the manager. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chromium } from 'playwright-core'
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
    page.on('pageerror', (error) => faults.push(String(error)))
    await page.goto(`${origin}/admin/gql`)
    await page.getByLabel('Access key').fill(ADMIN.accessKey)
    await page.getByLabel('Secret key').fill(ADMIN.secretKey)
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
