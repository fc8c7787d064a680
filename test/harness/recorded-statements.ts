import type { Store } from '../../src/db/store.ts'

export interface RecordedStatement {
  sql: string
  params: (string | number | null)[]
}

type Prepare = (this: unknown, query: RecordedStatement, ...rest: unknown[]) => unknown

/** The statements that `work` makes the store's reading side run: drizzle's session prepares each awaited query once. */
export async function recordedStatements(
  store: Store,
  work: () => Promise<unknown>,
): Promise<RecordedStatement[]> {
  const session: { prepareOneTimeQuery: Prepare } = Reflect.get(store.db, 'session')
  const original = session.prepareOneTimeQuery
  const found: RecordedStatement[] = []
  session.prepareOneTimeQuery = function (query, ...rest) {
    found.push(query)
    return original.call(this, query, ...rest)
  }
  try {
    await work()
    return found
  } finally {
    session.prepareOneTimeQuery = original
  }
}
