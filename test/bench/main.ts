/** `bun test/bench/main.ts [--only NAME]… [--short]`: prints one line a figure; a figure fails nothing, a wrong result does. */
import { api } from './api.ts'
import { apiList } from './api-list.ts'
import { boot } from './boot.ts'
import { execute } from './execute.ts'
import { firstResult } from './first-result.ts'
import { type Benchmark, MissingPartError } from './kit/benchmark.ts'
import { sessionStart } from './session-start.ts'

const BENCHMARKS: Record<string, Benchmark> = {
  'session-start': sessionStart,
  'first-result': firstResult,
  execute,
  api,
  'api-list': apiList,
  boot,
}
const REPEATS = 3
/** A benchmark that hangs is a wrong result. */
const SHORT_LIMIT_MS = 150_000
const LIMIT_MS = 900_000

interface Choice {
  names: string[]
  isShort: boolean
}

/** @throws RangeError for what it does not know. */
function choiceOf(argv: readonly string[]): Choice {
  const names: string[] = []
  let isShort = false
  const args = [...argv]
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === '--short') isShort = true
    else if (arg === '--only') names.push(args.shift() ?? '')
    else if (arg.startsWith('--only=')) names.push(arg.slice('--only='.length))
    else throw new RangeError(`unknown argument "${arg}"; there are --only NAME and --short`)
  }
  const unknown = names.find((name) => !(name in BENCHMARKS))
  if (unknown !== undefined) {
    throw new RangeError(`no benchmark "${unknown}"; there are ${Object.keys(BENCHMARKS).join(', ')}`)
  }
  return { names: names.length > 0 ? names : Object.keys(BENCHMARKS), isShort }
}

async function within(limitMs: number, work: Promise<void> | undefined): Promise<void> {
  const timeUp = Promise.withResolvers<never>()
  const timer = setTimeout(() => timeUp.reject(new Error(`not done after ${limitMs / 1000} s`)), limitMs)
  await Promise.race([work, timeUp.promise]).finally(() => clearTimeout(timer))
}

async function main(argv: readonly string[]): Promise<number> {
  const { names, isShort } = choiceOf(argv)
  let isWrong = false
  for (const name of names) {
    const benchmark = BENCHMARKS[name]
    const print = (line: string) => console.log(line)
    try {
      await within(
        isShort ? SHORT_LIMIT_MS : LIMIT_MS,
        benchmark?.({ isShort, repeats: isShort ? 0 : REPEATS, print }),
      )
    } catch (error) {
      const isMissing = error instanceof MissingPartError
      isWrong ||= !isMissing || process.env.CI === 'true'
      if (isMissing) console.log(`bench ${name} missing ${error.message}`)
      else console.error(`bench ${name} failed:`, error)
    }
  }
  return isWrong ? 1 : 0
}

const code = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof RangeError ? error.message : error)
  return 2
})
// What a benchmark that ran out of time has started must not keep us.
process.exit(code)
