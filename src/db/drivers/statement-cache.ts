import type { Database, Statement } from 'bun:sqlite'

/** Compiled statements that a connection keeps; lists of differing length make many. */
const MAX_STATEMENTS = 256

/** Compiles each SQL text once while it is in use: drizzle would compile it at every call, and Bun's own cache keeps the first few for ever. */
export function createStatementCache(
  connection: Database,
  resources: DisposableStack,
): (sql: string) => Statement {
  const statements = new Map<string, Statement>()
  // A connection with statements stays open, and keeps the side files of the database.
  resources.defer(() => {
    for (const statement of statements.values()) statement.finalize()
  })
  return (sql) => {
    const statement = statements.get(sql) ?? connection.prepare(sql)
    statements.delete(sql)
    statements.set(sql, statement)
    for (const oldest of statements.keys()) {
      if (statements.size <= MAX_STATEMENTS) break
      // Not finalized: a prepared query of the caller may still hold it.
      statements.delete(oldest)
    }
    return statement
  }
}
