import postgres, { type Sql } from 'postgres'

const asNumber = (oid: number, from: number[]) => ({ to: oid, from, serialize: String, parse: Number })
const asIs = (oid: number, from: number[]) => ({
  to: oid,
  from,
  serialize: (value: string) => value,
  parse: (value: string) => value,
})

/** Counts and sums are numbers as they are on SQLite; JSON is left to drizzle, which would parse it twice. */
const TYPES = { bigint: asNumber(20, [20]), numeric: asNumber(1700, [1700]), json: asIs(114, [114, 3802]) }

export interface PostgresClientOptions {
  url: string
  poolSize: number
}

/** A pool whose statements outside `tx` are read-only, with values read as SQLite's are. */
export function createPostgresClient({ url, poolSize }: PostgresClientOptions): Sql {
  return postgres(url, {
    max: poolSize,
    types: TYPES,
    fetch_types: false,
    connect_timeout: 5,
    onnotice: () => {},
    connection: {
      application_name: 'backendai',
      TimeZone: 'UTC',
      default_transaction_read_only: true,
      // A body that hangs must not hold row locks for ever.
      idle_in_transaction_session_timeout: 60_000,
    },
  }) as unknown as Sql
}

/** `host:port/database` of a connection URL, fit for messages: no user, no password. */
export function describePostgresUrl(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? 'PostgreSQL' : `${parsed.hostname}:${parsed.port || 5432}${parsed.pathname}`
}
