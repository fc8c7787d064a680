import type { BatchCommands, ExecuteRequest } from '../../client/execution-result.ts'
import type { UploadFile } from '../../client/multipart.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { type Bindings, checkDistinct, combinations, substitute } from '../run/cases.ts'
import { parseRange } from '../run/range.ts'
import { runBatch } from '../run/run-batch.ts'
import { type CaseOutcome, firstFailure, type RunCase, runCase } from '../run/run-case.ts'
import { runTerminal } from '../run/run-terminal.ts'
import { addSessionOptions, collect, type SessionFlags } from '../session/session-flags.ts'
import { sessionOptions } from '../session/session-options.ts'
import { readUploads } from '../session/upload-files.ts'

interface RunFlags extends SessionFlags {
  code?: string[]
  terminal?: boolean
  clean?: string
  build?: string
  exec?: string
  basedir?: string
  rm?: boolean
  stats?: boolean
  quiet?: boolean
  media?: string
  envRange?: string[]
  buildRange?: string[]
  execRange?: string[]
  maxParallel: string
}

export const defineRun: Define = (parent, bind) => {
  const command = subcommand(parent, {
    name: 'run',
    summary: 'run code in a session',
    examples: [
      `run --rm -c 'print("hello world")' python`,
      `run --rm --exec 'python main.py 1' python main.py`,
      `run --rm -c 'print(1)' -e 'N=$X' --env-range X=case:1,2,3 python`,
    ],
  })
    .argument('<IMAGE>', 'image reference or alias, such as python')
    .argument('[FILES...]', 'files to upload and run')
    .optionsGroup('Code:')
    .option('-c, --code <CODE>', 'code to run (repeatable: one snippet in all)', collect)
    .option('--clean <CMD>', 'clean command of batch mode; * is the default of the image')
    .option('--build <CMD>', 'build command of batch mode')
    .option('--exec <CMD>', 'command that runs the uploaded files')
    .option('--basedir <DIR>', 'file names are relative to this directory')
    .option('--terminal', 'open a shell in the session')
    .option('--media <DIR>', 'save images and the like that the code shows')
    .option('--rm', 'end the session afterwards')
    .option('-s, --stats', 'show its statistics with --rm')
    .option('-q, --quiet', 'show only what the code prints')
    .optionsGroup('Many runs:')
    .option('--env-range <X=RANGE>', 'values of $X in -e (repeatable)', collect)
    .option('--build-range <X=RANGE>', 'values of $X in --build', collect)
    .option('--exec-range <X=RANGE>', 'values of $X in --exec', collect)
    .option('--max-parallel <COUNT>', 'runs at the same time', '2')
  addSessionOptions(command)
  command.addHelpText('after', RANGES).action(
    bind<RunFlags>(async ({ context, options, args }) => {
      const [image = '', ...files] = args
      checkFlags(options, files)
      if (options.terminal) return runTerminal(context, image, options)
      return options.batch || options.type === 'batch'
        ? runBatch(context, image, options)
        : runAll(context, image, files, options)
    }),
  )
}

const RANGES = `
A range is X=case:A,B,C or X=linspace:START,STOP,POINTS or
X=range:START,STOP,STEP; one session runs for every combination.

The exit code is the one of the code (of the first failed run).`

function checkFlags(flags: RunFlags, files: readonly string[]): void {
  if (flags.terminal) {
    const hasWork = files.length > 0 || flags.code || flags.exec || flags.build || flags.clean || flags.batch
    if (hasWork) throw usageError('--terminal opens a shell and runs nothing else.')
    return
  }
  const isBatch = flags.batch || flags.type === 'batch'
  if (isBatch && (files.length > 0 || flags.code)) {
    throw usageError('A batch session runs one command and takes no files.', 'Use --batch --exec COMMAND.')
  }
  if (isBatch && !(flags.exec ?? flags.startupCommand)) throw usageError('--batch needs --exec COMMAND.')
  if (flags.code && (files.length > 0 || flags.exec || flags.build || flags.clean)) {
    throw usageError('-c runs a snippet; it goes with neither files nor --exec, --build and --clean.')
  }
  const hasWork = flags.code || files.length > 0 || flags.exec || flags.build || flags.clean
  if (!hasWork && !flags.enqueueOnly) {
    throw usageError('There is nothing to run.', `Give code with -c, or files: run --rm -c 'print(1)' python`)
  }
  if (!/^[1-9]\d*$/.test(flags.maxParallel)) throw usageError('--max-parallel takes a number from 1.')
}

async function runAll(
  context: CommandContext,
  image: string,
  files: readonly string[],
  flags: RunFlags,
): Promise<number> {
  const cases = await casesOf(context, image, files, flags)
  const policy = {
    isParallel: cases.length > 1,
    remove: flags.rm === true,
    stats: flags.stats === true,
    mediaDirectory: flags.media,
  }
  const outcomes: CaseOutcome[] = []
  const queue = cases.values()
  const worker = async (): Promise<void> => {
    for (const each of queue) {
      if (context.signal.aborted) return
      outcomes[each.index] = await runCase(context, each, policy)
    }
  }
  const count = Math.min(Number(flags.maxParallel), cases.length)
  await Promise.all(Array.from({ length: count }, worker))
  return conclude(context, cases, outcomes)
}

/** Reports the first failure; the exit code of the first case that did not end with 0. */
function conclude(
  context: CommandContext,
  cases: readonly RunCase[],
  outcomes: readonly CaseOutcome[],
): number {
  if (context.out.isJson) {
    const all = cases.map((each) => jsonOf(each, outcomes[each.index]))
    context.out.json(all.length === 1 ? all[0] : all)
  }
  if (context.signal.aborted) return EXIT.interrupted
  const failure = firstFailure(outcomes)
  if (failure !== undefined) throw failure
  return outcomes.find((outcome) => outcome.exitCode !== 0)?.exitCode ?? EXIT.ok
}

const jsonOf = (each: RunCase, outcome: CaseOutcome | undefined): Record<string, unknown> => ({
  session_id: outcome?.session?.sessionId ?? null,
  name: each.session.name,
  status: outcome?.session?.status ?? null,
  exit_code: outcome?.exitCode ?? null,
  console: outcome?.console ?? [],
  files: outcome?.files ?? [],
  stats: outcome?.stats ?? null,
  error: outcome?.error instanceof Error ? outcome.error.message : null,
})

async function casesOf(
  context: CommandContext,
  image: string,
  paths: readonly string[],
  flags: RunFlags,
): Promise<RunCase[]> {
  const { io } = context
  const session = await sessionOptions(image, flags, await context.settings(), io.cwd)
  const variables = [
    ...(flags.envRange ?? []).map((text) => parseRange('--env-range', text)),
    ...(flags.buildRange ?? []).map((text) => parseRange('--build-range', text)),
    ...(flags.execRange ?? []).map((text) => parseRange('--exec-range', text)),
  ]
  checkDistinct(variables)
  const files: readonly UploadFile[] = await readUploads(paths, io.cwd, flags.basedir)
  const all = combinations(variables)
  const name = session.name ?? `run-${randomHex()}`
  return all.map((bindings, index) => ({
    index,
    files,
    request: flags.enqueueOnly ? null : requestOf(flags, files, bindings),
    session: {
      ...session,
      name: all.length > 1 ? `${name}-${index}` : name,
      environ: mapValues(session.environ ?? {}, (value) => substitute(value, bindings)),
    },
  }))
}

function requestOf(flags: RunFlags, files: readonly UploadFile[], bindings: Bindings): ExecuteRequest {
  if (flags.code) return { mode: 'query', code: flags.code.join('\n') }
  const step = (command: string | undefined): string | null =>
    command === undefined ? (files.length > 0 ? '*' : null) : substitute(command, bindings)
  const options: BatchCommands = {
    clean: step(flags.clean),
    build: step(flags.build),
    buildLog: false,
    exec: step(flags.exec),
  }
  return { mode: 'batch', options }
}

const mapValues = (record: Record<string, string>, map: (value: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))

const randomHex = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => byte.toString(16).padStart(2, '0')).join('')
