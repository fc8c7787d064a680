/**
 * `npm run soak [-- OPTIONS]`: SIGKILLs each role in each phase of a session, many times, and counts from outside what
 * is left. Ends 1 when anything leaks, hangs, is lost or is handed out twice.
 */
import { parseArgs } from 'node:util'
import { SHAPE_ROLES, type ShapeRole } from '../harness/shape/role-process.ts'
import type { BackendName, ShapeName } from '../harness/shapes.ts'
import { PHASES, type Phase, RESTARTING } from './phase.ts'
import { CLUSTER_ROLES, soak, UP_ROLES } from './soak.ts'

const HELP = `usage: npm run soak -- [OPTIONS]

  --shape NAME     up or cluster; default both
  --backend NAME   process (default) or docker
  --each N         kills of each role in each phase; default 100
  --role NAME      of a cluster, repeatable; default ${CLUSTER_ROLES.join(', ')}
  --phase NAME     repeatable; default ${PHASES.join(', ')};
                   also ${RESTARTING}
  --seed N         repeats the chances of an earlier run; default a random one, which is printed
  --minutes N      no further kill after this long, for each shape; default 240
`

const { values } = parseArgs({
  options: {
    shape: { type: 'string', multiple: true, default: ['up', 'cluster'] },
    backend: { type: 'string', default: 'process' },
    each: { type: 'string', default: '100' },
    role: { type: 'string', multiple: true },
    phase: { type: 'string', multiple: true },
    seed: { type: 'string' },
    minutes: { type: 'string', default: '240' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

function oneOf<T extends string>(what: string, known: readonly T[], value: string): T {
  const found = known.find((one) => one === value)
  if (found !== undefined) return found
  process.stderr.write(`--${what}: "${value}" is none of ${known.join(', ')}\n`)
  process.exit(2)
}

function count(what: string, value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 0) return number
  process.stderr.write(`--${what} takes a number, not "${value}"\n`)
  process.exit(2)
}

const shapes = values.shape.map((name) => oneOf<ShapeName>('shape', ['up', 'cluster'], name))
const backend = oneOf<BackendName>('backend', ['process', 'docker'], values.backend)
const roles = values.role?.map((name) => oneOf<ShapeRole>('role', SHAPE_ROLES, name))
const phases = values.phase?.map((name) => oneOf<Phase>('phase', [...PHASES, RESTARTING], name)) ?? PHASES
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : count('seed', values.seed)

let faults = 0
for (const shape of shapes) {
  const tally = await soak({
    ...{ shape, backend, phases, seed },
    roles: shape === 'up' ? UP_ROLES : (roles ?? CLUSTER_ROLES),
    each: count('each', values.each),
    limitMs: count('minutes', values.minutes) * 60_000,
    log: (line) => console.log(line),
  })
  faults += tally.faults.length
}
process.exit(faults === 0 ? 0 : 1)
