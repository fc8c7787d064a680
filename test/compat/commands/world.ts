import type { Shape } from '../../harness/shapes.ts'
import type { TempDirectory } from '../../harness/temp.ts'
import { type ClientOptions, type ClientResult, officialClient, plain } from '../official-client.ts'
import { type Commands, startCommands } from './commands.ts'
import type { Outcomes } from './outcomes.ts'

export interface RunOptions {
  stdin?: string
  /** Default 0. */
  code?: number
}

/** One who gives commands. */
export interface Giver {
  readonly directory: string
  /** Runs a command; what it prints, without colours, must match. Gives what it printed. */
  run(path: string, args: readonly string[], shows: RegExp, options?: RunOptions): Promise<string>
  /** `--output=json`: what it prints, which must match, too. */
  json(path: string, args: readonly string[], shows: RegExp): Promise<Record<string, unknown>>
  /** The items of a list, as `json`. */
  items(path: string, args: readonly string[], shows: RegExp): Promise<Record<string, unknown>[]>
  /** As a process of its own, which can be watched and interrupted. */
  follow(path: string, args: readonly string[], shows: RegExp, options: ClientOptions): Promise<ClientResult>
}

/** A cluster and people who give it commands. */
export interface World extends AsyncDisposable {
  readonly shape: Shape
  readonly admin: Giver
  /** Through the webserver, with a cookie. */
  readonly browser: Giver
  /** A further person. */
  as(name: string, keys: { accessKey: string; secretKey: string }): Giver
}

export function createWorld(shape: Shape, home: TempDirectory, outcomes: Outcomes): World {
  const stack = new AsyncDisposableStack()
  const giver = (name: string, settings: Record<string, string>): Giver => {
    const commands = stack.use(startCommands(home.at(name), settings))
    return giverOf(commands, outcomes, (args, options) =>
      officialClient(shape, home.at(name), 'api').run(args, { ...options, env: settings }),
    )
  }
  const as: World['as'] = (name, { accessKey, secretKey }) =>
    giver(name, {
      BACKEND_ENDPOINT: shape.endpoint,
      BACKEND_ACCESS_KEY: accessKey,
      BACKEND_SECRET_KEY: secretKey,
    })
  return {
    shape,
    admin: as('admin', shape),
    browser: giver('browser', { BACKEND_ENDPOINT: shape.web, BACKEND_ENDPOINT_TYPE: 'session' }),
    as,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

type Spawn = (args: string[], options: ClientOptions) => Promise<ClientResult>

function giverOf(commands: Commands, outcomes: Outcomes, spawn: Spawn): Giver {
  const check = (
    path: string,
    args: readonly string[],
    result: ClientResult,
    shows: RegExp,
    code = 0,
  ): void => {
    const text = plain(`${result.stdout}${result.stderr}`)
    const isRight = result.code === code && shows.test(text)
    const what = `${path} ${args.join(' ')} ended with ${result.code}, not ${code} and ${shows}\n${text}`
    outcomes.ran(path, isRight ? null : what)
  }
  const run: Giver['run'] = async (path, args, shows, { stdin, code } = {}) => {
    const result = await commands.run([...path.split(' '), ...args], stdin)
    check(path, args, result, shows, code)
    return plain(`${result.stdout}${result.stderr}`)
  }
  const json: Giver['json'] = async (path, args, shows) => {
    const result = await commands.run(['--output=json', ...path.split(' '), ...args])
    check(path, args, result, shows)
    return result.stdout.startsWith('{') ? JSON.parse(result.stdout) : {}
  }
  return {
    directory: commands.directory,
    run,
    json,
    async items(path, args, shows) {
      const { items } = await json(path, args, shows)
      return Array.isArray(items) ? items : []
    },
    async follow(path, args, shows, options) {
      const result = await spawn([...path.split(' '), ...args], options)
      check(path, args, result, shows, result.code)
      return result
    },
  }
}
