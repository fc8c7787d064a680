import { Database } from 'bun:sqlite'
import postgres from 'postgres'

export interface StoredSession {
  id: string
  name: string
  status: string
  statusInfo: string | null
}

export interface StoredKernel {
  id: string
  sessionId: string
  status: string
}

/** The product's store as somebody else sees it: its own connection, which cannot write. */
export interface StoreReader extends AsyncDisposable {
  sessions(): Promise<StoredSession[]>
  kernels(): Promise<StoredKernel[]>
  /** Sessions of that name, oldest first, each with its main kernel. */
  named(name: string): Promise<(StoredSession & { kernelId: string })[]>
  /** Events that are written down and not told to anybody yet. */
  untoldEvents(): Promise<number>
}

type Query = <Row>(sql: string, ...values: string[]) => Promise<Row[]>

/** @param store as `Shape.store` names it */
export function openStoreReader(store: string): StoreReader {
  return store.startsWith('postgres') ? postgresReader(store) : sqliteReader(store)
}

function sqliteReader(path: string): StoreReader {
  const database = new Database(path, { readonly: true })
  database.run('PRAGMA busy_timeout = 2000')
  const query = async <Row>(sql: string, ...values: string[]) =>
    database.query(sql.replaceAll('$1', '?1')).all(...values) as Row[]
  return { ...queries(query), [Symbol.asyncDispose]: async () => database.close() }
}

function postgresReader(url: string): StoreReader {
  const client = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { default_transaction_read_only: true },
  })
  const query = async <Row>(sql: string, ...values: string[]) => [
    ...(await client.unsafe<Row[] & Record<string, unknown>[]>(sql, values, { prepare: true })),
  ]
  return { ...queries(query), [Symbol.asyncDispose]: () => client.end({ timeout: 1 }) }
}

const SESSION = 's.id, s.name, s.status, s.status_info as "statusInfo"'

const queries = (query: Query): Omit<StoreReader, typeof Symbol.asyncDispose> => ({
  sessions: () => query<StoredSession>(`select ${SESSION} from sessions s`),
  kernels: () => query<StoredKernel>('select id, session_id as "sessionId", status from kernels'),
  named: (name) =>
    query(
      `select ${SESSION}, k.id as "kernelId" from sessions s join kernels k on k.session_id = s.id
        where s.name = $1 and k.cluster_role = 'main' order by s.created_at`,
      name,
    ),
  async untoldEvents() {
    const [row] = await query<{ count: number | string }>(
      'select count(*) as count from outbox where relayed_at is null',
    )
    return Number(row?.count ?? 0)
  },
})
