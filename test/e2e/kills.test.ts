import { expect, test } from 'bun:test'
import { PHASES } from '../soak/phase.ts'
import { CLUSTER_ROLES, type SoakOptions, soak, UP_ROLES } from '../soak/soak.ts'

/** KILLS_SEED repeats a run that failed. */
const seed = Number(process.env.KILLS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const MINUTE = 60_000

async function expectNoHarm(options: Pick<SoakOptions, 'shape' | 'backend' | 'roles' | 'each' | 'limitMs'>) {
  const tally = await soak({ ...options, phases: PHASES, seed, log: (line) => console.log(line) })
  expect(tally.faults).toEqual([])
  const missed = options.roles.flatMap((role) =>
    PHASES.filter((phase) => tally.hits(role, phase) === 0).map((phase) => `${role} ${phase}`),
  )
  expect(missed).toEqual([])
  expect(tally.kills).toBeGreaterThanOrEqual(options.roles.length * PHASES.length * options.each)
  expect(tally.summary()).toStartWith(`kills ${tally.kills}, leaks 0, stuck 0\n`)
}

test(
  'one process, killed in every phase of a session, loses and leaks nothing',
  () => expectNoHarm({ shape: 'up', backend: 'process', roles: UP_ROLES, each: 10, limitMs: 2 * MINUTE }),
  3 * MINUTE,
)

test(
  'a cluster, each role killed in every phase of a session, loses and leaks nothing',
  () =>
    expectNoHarm({
      shape: 'cluster',
      backend: 'process',
      roles: CLUSTER_ROLES,
      each: 3,
      limitMs: 3 * MINUTE,
    }),
  4 * MINUTE,
)

test(
  'containers are neither lost nor leaked either',
  () => expectNoHarm({ shape: 'up', backend: 'docker', roles: UP_ROLES, each: 2, limitMs: MINUTE }),
  4 * MINUTE,
)
