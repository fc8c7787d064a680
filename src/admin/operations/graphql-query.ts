import { createHmac } from 'node:crypto'
import { and, asc, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { authorizationHeader, signingDay, signingKey, stringToSign, toHex } from '../../api/signature.ts'
import { Problem } from '../../core/problem.ts'
import type { Store } from '../../db/store.ts'
import { defineOperation } from './define.ts'

const PATH = '/admin/gql'
const VERSION = 'v7.20230615'
const TIMEOUT_MS = 60_000

const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest()

/** Asks the running manager's GraphQL with the keypair of a superadmin, or the one that is named. */
export const graphqlQuery = defineOperation(
  v.object({
    query: v.string(),
    variables: v.record(v.string(), v.unknown()),
    accessKey: v.nullable(v.string()),
  }),
  async ({ store, api, clock }, { query, variables, accessKey }) => {
    if (api === undefined) {
      throw new Problem('service-unavailable', {
        msg: 'a running manager answers GraphQL: start "backendai up" or "backendai manager"',
      })
    }
    const keys = await keypairFor(store, accessKey)
    const { host } = new URL(api)
    const date = new Date(clock.now()).toISOString()
    const contentType = 'application/json'
    const parts = { method: 'POST', target: PATH, date, host, contentType, version: VERSION }
    const key = signingKey(hmac, keys.secretKey, signingDay(date) ?? '', host)
    const signature = toHex(hmac(key, stringToSign(parts)))
    const answer = await fetch(`${api}${PATH}`, {
      method: 'POST',
      headers: {
        date,
        'content-type': contentType,
        'x-backendai-version': VERSION,
        authorization: authorizationHeader(keys.accessKey, signature),
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const body: unknown = await answer.json()
    if (answer.ok) return v.parse(answered, body)
    const { title, msg } = v.parse(refused, body)
    throw new Problem('generic-bad-request', { msg: msg ?? title })
  },
)

const answered = v.object({
  data: v.nullish(v.record(v.string(), v.unknown()), null),
  errors: v.optional(v.array(v.looseObject({ message: v.string() }))),
})
const refused = v.object({ title: v.string(), msg: v.optional(v.string()) })

async function keypairFor({ db, tables }: Store, accessKey: string | null) {
  const { keypairs, users } = tables
  const [found] = await db
    .select({ accessKey: keypairs.accessKey, secretKey: keypairs.secretKey })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(
      accessKey === null
        ? and(eq(users.role, 'superadmin'), eq(users.status, 'active'), eq(keypairs.isActive, true))
        : eq(keypairs.accessKey, accessKey),
    )
    .orderBy(asc(keypairs.createdAt))
    .limit(1)
  if (found?.secretKey) return { accessKey: found.accessKey, secretKey: found.secretKey }
  throw new Problem('object-not-found', {
    msg: accessKey === null ? 'No superadmin has an active keypair.' : `There is no keypair "${accessKey}".`,
  })
}
