import { watchOtherWork } from './other-work.ts'
import { median, percentile } from './statistics.ts'

/** Samples of one round: of the product, of what it is compared with, of what nothing can beat. */
export type Contender = (round: number) => Promise<readonly number[]>

export interface Contest {
  name: string
  /** Of every sample, e.g. `ms` or `requests/cpu-s`. */
  unit: string
  /** Measured rounds of each contender. */
  rounds: number
  /** Rounds of each contender before that, which do not count. */
  warmUps: number
  ours: Contender
  peer: Contender
  floor?: Contender
  /** Further fields of the line, asked for after the last round. */
  fields?: () => Record<string, string | number>
}

const NOISE_LIMIT = 0.1

/**
 * Runs the contenders in turn, round by round, and gives the line to print. A run in which other work took more than
 * a tenth of the processors is repeated, up to `repeats` times, and the quietest is published.
 */
export async function hold(contest: Contest, repeats: number): Promise<string> {
  let quietest: { line: string; noise: number } | null = null
  for (let attempt = 0; attempt <= repeats; attempt++) {
    const otherWork = watchOtherWork()
    const samples = await interleave(contest)
    const noise = otherWork()
    if (!quietest || noise < quietest.noise) quietest = { line: lineOf(contest, samples, noise), noise }
    if (noise <= NOISE_LIMIT) break
  }
  return quietest?.line ?? ''
}

type Samples = Record<'ours' | 'peer' | 'floor', number[]>

async function interleave(contest: Contest): Promise<Samples> {
  const samples: Samples = { ours: [], peer: [], floor: [] }
  for (let round = -contest.warmUps; round < contest.rounds; round++) {
    for (const who of inTurn(round)) {
      const contender = contest[who]
      if (!contender) continue
      const measured = await contender(round)
      if (round >= 0) samples[who].push(...measured)
    }
  }
  return samples
}

/** Whoever comes second may find warmer caches or a busier disk, so they take turns. */
const inTurn = (round: number): (keyof Samples)[] =>
  round % 2 === 0 ? ['peer', 'ours', 'floor'] : ['ours', 'peer', 'floor']

function lineOf(contest: Contest, { ours, peer, floor }: Samples, noise: number): string {
  const fields: Record<string, string | number> = {
    ratio: (median(ours) / median(peer)).toFixed(3),
    ours: figure(median(ours)),
    peer: figure(median(peer)),
    unit: contest.unit,
    runs: ours.length,
    p99: figure(percentile(ours, 0.99)),
    worst: figure(contest.unit === 'ms' ? Math.max(...ours) : Math.min(...ours)),
    peer_p99: figure(percentile(peer, 0.99)),
    ...(floor.length > 0 ? { floor: figure(median(floor)) } : {}),
    ...contest.fields?.(),
    ...(noise > NOISE_LIMIT ? { noisy: 1 } : {}),
  }
  const texts = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return `bench ${contest.name} ${texts.join(' ')}`
}

/** Three digits that mean something, without an exponent. */
const figure = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
