import { describe, expect, test } from 'bun:test'
import { openPostgresStore } from '../../../../src/db/drivers/postgres.ts'
import { systemClock } from '../../../../src/lib/clock.ts'
import { silentLogger } from '../../../../src/lib/logger.ts'
import { startPostgres } from '../../../harness/postgres.ts'
import { ADMIN } from '../test-manager.ts'
import { startGraphManager } from './graph-manager.ts'

/** Of keypairs; what no database compares is refused as a parameter, everything else is answered. */
const ANSWERED = [
  'rate_limit == 1.5',
  'rate_limit > 1e30',
  'rate_limit < 99999999999',
  'rate_limit in [1, 2.5, 1e999]',
  'num_queries < 1e999',
  'user like "%1%"',
  'user contains "A"',
  'email like "a\\\\"',
  'email ilike "%\\\\"',
  'user > "00000000-0000-0000-0000-000000000000"',
]
const REFUSED = [
  'created_at > "+275760-09-12"',
  'created_at > 8640000000000',
  'created_at > "-271821-04-20T00:00:00Z"',
  'created_at > "0000-01-01"',
  'created_at contains "2"',
  'rate_limit like "1%"',
  'is_active ilike "t%"',
  Array.from({ length: 2000 }, () => 'email == "x"').join(' | '),
  `email contains "${'a'.repeat(60_000)}"`,
]
const LIST =
  'query($f: String, $o: String) { keypair_list(limit: 9, offset: 0, filter: $f, order: $o) { total_count } }'

async function answers(options: Parameters<typeof startGraphManager>[0]) {
  await using manager = await startGraphManager(options)
  const codeOf = async (variables: object) => {
    const { data, errors } = await manager.ask(LIST, variables, ADMIN)
    return errors?.[0]?.extensions?.code ?? JSON.stringify(data).replaceAll(/\d+/g, 'N')
  }
  const list = async (filters: readonly string[]) => await Promise.all(filters.map((f) => codeOf({ f })))
  return {
    answered: await list(ANSWERED),
    refused: await list(REFUSED),
    order: await codeOf({ o: Array.from({ length: 3000 }, () => '-email').join(',') }),
  }
}

describe('filters that databases dislike', () => {
  const expected = {
    answered: ANSWERED.map(() => '{"keypair_list":{"total_count":N}}'),
    refused: REFUSED.map(() => 'invalid-api-params'),
    order: 'invalid-api-params',
  }

  test('on SQLite', async () => {
    expect(await answers({})).toEqual(expected)
  })

  test('on PostgreSQL', async () => {
    await using server = await startPostgres()
    await using database = await server.freshDatabase()
    const { url } = database
    const store = () => openPostgresStore({ url, poolSize: 3, clock: systemClock, log: silentLogger })
    expect(await answers({ store })).toEqual(expected)
  }, 60_000)
})
