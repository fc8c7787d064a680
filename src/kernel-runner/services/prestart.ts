import { dirname } from 'node:path'
import type { Logger } from '../../lib/logger.ts'
import type { Processes } from '../processes.ts'
import type { PrestartAction } from './definition.ts'
import { fillTemplate, type TemplateValues } from './template.ts'

export interface PrestartContext {
  processes: Processes
  workDir: string
  environ: Record<string, string>
  shell: string
  log: Logger
}

/**
 * Runs one action before a service starts, as the user: an image's definition may write nowhere that its user may
 * not. Answers what its `ref` stands for.
 */
export async function runPrestart(
  action: PrestartAction,
  values: TemplateValues,
  context: PrestartContext,
): Promise<string | null> {
  const { args } = action
  const text = (name: string): string => fillTemplate(stringOf(args[name], name), values)
  const body = (): string => {
    if (!Array.isArray(args.body)) throw new Error('"body" of a prestart action is a list of lines')
    return args.body.map((line) => fillTemplate(stringOf(line, 'body'), values)).join('')
  }
  const mode = typeof args.mode === 'string' ? args.mode : '755'
  if (!/^[0-7]{3,4}$/.test(mode)) throw new Error(`"${mode}" is not an octal file mode`)
  switch (action.action) {
    case 'write_file': {
      const filename = text('filename')
      const into = args.append === true ? '>>' : '>'
      await shell(
        `mkdir -p "$2" && cat ${into} "$1" && chmod ${mode} "$1"`,
        [filename, dirname(filename)],
        body(),
        context,
      )
      return null
    }
    case 'write_tempfile': {
      const made = await shell(
        `f=$(mktemp) && cat > "$f" && chmod ${mode} "$f" && printf %s "$f"`,
        [],
        body(),
        context,
      )
      return made.out
    }
    case 'run_command': {
      if (!Array.isArray(args.command)) throw new Error('"command" of a prestart action is a list')
      const words = args.command.map((word) => fillTemplate(stringOf(word, 'command'), values))
      return (await shell('exec "$@"', words, '', context)).out.trimEnd()
    }
    case 'mkdir':
      await shell('mkdir -p "$1"', [text('path')], '', context)
      return null
    case 'log':
      context.log.info({ service: text('message') }, 'message of a service definition')
      return null
    default:
      throw new Error(`unknown prestart action ${JSON.stringify(action.action)}`)
  }
}

async function shell(
  script: string,
  words: readonly string[],
  input: string,
  context: PrestartContext,
): Promise<{ out: string }> {
  const child = Bun.spawn({
    cmd: [context.shell, '-c', script, 'prestart', ...words],
    cwd: context.workDir,
    env: context.environ,
    stdio: [new Blob([input]), 'pipe', 'pipe'],
    ...context.processes.spawnOwner(),
  })
  context.processes.track(child)
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`a prestart action failed with ${code}: ${err.slice(-500)}`)
  return { out }
}

function stringOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Error(`"${name}" of a prestart action is a string`)
  return value
}
