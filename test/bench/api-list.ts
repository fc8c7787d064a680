/** A GraphQL page of 100 sessions with containers out of 100,000, against the same SQL run bare on the same file. */
import { Database } from 'bun:sqlite'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { recordedStatements } from '../harness/recorded-statements.ts'
import { tempDirectory } from '../harness/temp.ts'
import { addSession, PEOPLE, startWorld } from '../manager/api/graphql/world.ts'
import type { Benchmark } from './kit/benchmark.ts'
import { hold } from './kit/contest.ts'

const SESSIONS = 100_000
const PAGE = 100
const MAX_STATEMENTS = 12
/** What `admin session list` asks, and the containers of `session info`. */
const DOCUMENT = `{ compute_session_list(limit: ${PAGE}, offset: 0) { items {
  name access_key id group_name main_kernel_id image type status status_info status_changed result tag created_at
  occupying_slots containers { id cluster_role cluster_idx cluster_hostname session_id image registry status
  status_info status_data status_changed agent container_id resource_opts occupied_slots preopen_ports last_stat } }
  total_count } }`

export const apiList: Benchmark = async ({ isShort, repeats, print }) => {
  await using home = tempDirectory()
  const path = home.at('store.db')
  const store = () => openSqliteStore({ path, clock: systemClock, log: silentLogger })
  await using world = await startWorld({ store })
  await addSession(world.ports, PEOPLE.alice, 'pattern')
  using bare = new Database(path)
  fill(bare)
  const statements = await recordedStatements(world.ports.store, () => checked(world))
  if (statements.length > MAX_STATEMENTS) throw new Error(`the page took ${statements.length} statements`)
  const prepared = statements.map(({ sql, params }) => ({ statement: bare.query(sql), params }))
  const time = async (work: () => unknown): Promise<number[]> => {
    const before = performance.now()
    await work()
    return [performance.now() - before]
  }
  print(
    await hold(
      {
        name: 'api-list',
        unit: 'ms',
        rounds: isShort ? 8 : 20,
        warmUps: 4,
        ours: () => time(() => checked(world)),
        peer: () =>
          time(() => {
            for (const { statement, params } of prepared) statement.values(...params)
          }),
        fields: () => ({ queries: statements.length, sessions: SESSIONS }),
      },
      repeats,
    ),
  )
}

/** Asks for the page. @throws Error unless it holds what it should. */
async function checked(world: Awaited<ReturnType<typeof startWorld>>): Promise<void> {
  const { data, errors } = await world.ask(DOCUMENT)
  const list = data?.compute_session_list as
    | { items: { containers: unknown[] }[]; total_count: number }
    | undefined
  const isRight =
    list?.items.length === PAGE &&
    list.total_count > SESSIONS &&
    list.items.every(({ containers }) => containers.length === 1)
  if (errors || !isRight) throw new Error(`wrong answer: ${JSON.stringify(errors ?? list?.total_count)}`)
}

/** Copies the session `pattern` and its kernel, ended, as often as the benchmark says. */
function fill(database: Database): void {
  database.run('PRAGMA busy_timeout = 5000')
  database.run('update keypairs set rate_limit = 1000000000')
  const copies: Record<string, Record<string, string>> = {
    sessions: {
      id: "printf('00000000-0000-4000-8000-%012x', i)",
      name: "'bench-' || i",
      status: "'TERMINATED'",
      created_at: 'created_at + i * 1000',
      terminated_at: 'created_at + i * 1000 + 500',
      live_name: 'null',
    },
    kernels: {
      id: "printf('11111111-0000-4000-8000-%012x', i)",
      session_id: "printf('00000000-0000-4000-8000-%012x', i)",
      status: "'TERMINATED'",
      created_at: 'created_at + i * 1000',
      terminated_at: 'created_at + i * 1000 + 500',
    },
  }
  for (const [table, changed] of Object.entries(copies)) {
    const columns = database
      .query<{ name: string }, []>(`select name from pragma_table_info('${table}')`)
      .all()
    const names = columns.map(({ name }) => name)
    const values = names.map((name) => changed[name] ?? `p."${name}"`)
    const pattern =
      table === 'sessions'
        ? "p.name = 'pattern'"
        : "p.session_id in (select id from sessions where name = 'pattern')"
    database.run(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${SESSIONS})
      insert into ${table} (${names.map((name) => `"${name}"`).join(', ')})
      select ${values.join(', ')} from ${table} p, n where ${pattern}`)
  }
}
