import { Problem } from '../../../core/problem.ts'
import {
  type HookHandlers,
  type HookPlugin,
  type HookPoint,
  type HookPoints,
  type HookWorld,
  Reject,
} from '../../../plugin/hook.ts'
import type { ManagerPorts } from '../../context.ts'
import { createActivePlugins, type PluginChoice } from './active-plugins.ts'

type ArgsOf<Point extends HookPoint> = HookPoints[Point]['args']
type ResultOf<Point extends HookPoint> = HookPoints[Point]['result']

/** What came of a hook point; `plugins` are those that answered, or the one that refused or failed. */
export type HookOutcome<Result> =
  | { status: 'PASSED'; results: readonly Result[]; plugins: readonly string[] }
  | { status: 'REJECTED' | 'ERROR'; reason: string; plugins: readonly string[] }

/** The hooks of the manager (accelerators-plugins.md §6). */
export interface Hooks extends Disposable {
  /** Whether any plugin waits at this point, for whom it costs something to find out the arguments. */
  handles(point: HookPoint): Promise<boolean>
  /** All handlers in the order of their plugins' names, or with `first` until one gives more than null. */
  dispatch<Point extends HookPoint>(
    point: Point,
    args: ArgsOf<Point>,
    options?: { first?: boolean },
  ): Promise<HookOutcome<NonNullable<ResultOf<Point>>>>
  /** `dispatch` whose refusal is thrown. @throws Problem `rejected-by-hook` */
  demand<Point extends HookPoint>(
    point: Point,
    args: ArgsOf<Point>,
    options?: { first?: boolean },
  ): Promise<readonly NonNullable<ResultOf<Point>>[]>
  /** Tells all handlers; failures are logged and nothing else. */
  notify<Point extends HookPoint>(point: Point, args: ArgsOf<Point>): Promise<void>
  /** The settings may be others now. */
  forget(): void
}

interface Options {
  ports: Pick<ManagerPorts, 'config' | 'clock' | 'log'>
  choice: PluginChoice<HookPlugin>
  world: HookWorld
}

/** A hook that answers later than this has failed. */
const DEADLINE_MS = 10_000

export function createHooks({ ports, choice, world }: Options): Hooks {
  const { clock, log } = ports
  const active = createActivePlugins({
    ...ports,
    kind: 'hook',
    choice,
    configure: (plugin, settings): HookHandlers => plugin.configure(settings, world),
  })

  const handlersOf = async <Point extends HookPoint>(point: Point) =>
    (await active.list()).flatMap(({ name, made }) => {
      const handler = made[point] as ((args: ArgsOf<Point>) => unknown) | undefined
      return handler ? [{ name, call: handler.bind(made) }] : []
    })

  async function dispatch<Point extends HookPoint>(
    point: Point,
    args: ArgsOf<Point>,
    { first = false }: { first?: boolean } = {},
  ): Promise<HookOutcome<NonNullable<ResultOf<Point>>>> {
    const results: NonNullable<ResultOf<Point>>[] = []
    const plugins: string[] = []
    for (const { name, call } of await handlersOf(point)) {
      try {
        const result = await within(DEADLINE_MS, clock, async () => call(args))
        if (result === undefined || result === null) continue
        results.push(result as NonNullable<ResultOf<Point>>)
        plugins.push(name)
        if (first) break
      } catch (error) {
        if (error instanceof Reject) return { status: 'REJECTED', reason: error.message, plugins: [name] }
        log.error({ err: error, hook: point, plugin: name }, 'a hook failed')
        return { status: 'ERROR', reason: `The hook plugin "${name}" has failed.`, plugins: [name] }
      }
    }
    return { status: 'PASSED', results, plugins }
  }

  return {
    handles: async (point) => (await handlersOf(point)).length > 0,
    dispatch,
    async demand(point, args, options) {
      const outcome = await dispatch(point, args, options)
      if (outcome.status === 'PASSED') return outcome.results
      const { reason: msg, plugins } = outcome
      throw new Problem('rejected-by-hook', { msg, data: { plugins } })
    },
    async notify(point, args) {
      for (const { name, call } of await handlersOf(point)) {
        try {
          await within(DEADLINE_MS, clock, async () => call(args))
        } catch (error) {
          log.error({ err: error, hook: point, plugin: name }, 'a hook failed')
        }
      }
    },
    forget: () => active.forget(),
    [Symbol.dispose]: () => active[Symbol.dispose](),
  }
}

async function within<Result>(
  ms: number,
  clock: ManagerPorts['clock'],
  task: () => Promise<Result>,
): Promise<Result> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then(
    () => Promise.reject(new Error(`no answer within ${ms} ms`)),
    // The task has ended first; its own outcome counts.
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([task(), late])
  } finally {
    done.abort()
  }
}
