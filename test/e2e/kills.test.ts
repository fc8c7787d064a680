import { expect, test } from 'bun:test'
import { PHASES, RESTARTING } from '../soak/phase.ts'
import { CLUSTER_ROLES, type SoakOptions, soak, UP_ROLES } from '../soak/soak.ts'

/** KILLS_SEED repeats a run that failed. */
const seed = Number(process.env.KILLS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const SECOND = 1000
/** Beyond the limit of the kills: the build, engines and servers start, and the last kill is looked into. */
const REST = 180 * SECOND

async function expectNoHarm(options: Omit<SoakOptions, 'seed' | 'log'>) {
  const { roles, phases, each } = options
  const tally = await soak({ ...options, seed, log: (line) => console.log(line) })
  expect(tally.faults).toEqual([])
  const missed = roles.flatMap((role) =>
    phases.filter((phase) => tally.hits(role, phase) === 0).map((phase) => `${role} ${phase}`),
  )
  expect(missed).toEqual([])
  expect(tally.kills).toBeGreaterThanOrEqual(roles.length * phases.length * each)
  expect(tally.summary()).toStartWith(`kills ${tally.kills}, leaks 0, stuck 0\n`)
}

// The limits add up to six minutes; on two cores it takes half of that.
const up = { shape: 'up', backend: 'process', roles: UP_ROLES, phases: PHASES } as const
const runs: [what: string, options: Omit<SoakOptions, 'seed' | 'log'>][] = [
  ['one process in every phase of a session', { ...up, each: 10, limitMs: 140 * SECOND }],
  [
    'each role of a cluster in every phase of a session',
    { ...up, shape: 'cluster', roles: CLUSTER_ROLES, each: 3, limitMs: 170 * SECOND },
  ],
  ['one process beside an engine', { ...up, backend: 'docker', each: 1, limitMs: 30 * SECOND }],
  ['one process while a session restarts', { ...up, phases: [RESTARTING], each: 3, limitMs: 20 * SECOND }],
]

for (const [what, options] of runs) {
  test(`killing ${what} loses and leaks nothing`, () => expectNoHarm(options), options.limitMs + REST)
}
