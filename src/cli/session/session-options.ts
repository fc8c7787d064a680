import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { SessionOptions } from '../../client/session-types.ts'
import { usageError } from '../exit-code.ts'
import { type Settings, splitList } from '../settings.ts'
import type { SessionFlags } from './session-flags.ts'

/**
 * The session that the flags describe.
 * @throws CliError (usage) naming the option that is wrong.
 */
export async function sessionOptions(
  image: string,
  flags: SessionFlags,
  settings: Settings,
  cwd: string,
): Promise<SessionOptions> {
  const { name } = flags
  if (name !== undefined) checkName(name)
  const folders = parseMounts([...settings.vfolderMounts, ...(flags.mount ?? [])])
  const type = flags.batch ? 'batch' : flags.type
  if (flags.startsAt && type !== 'batch') throw usageError('--starts-at needs --batch.')
  return defined({
    image,
    name,
    type,
    ...folders,
    startsAt: flags.startsAt,
    startupCommand: flags.startupCommand,
    enqueueOnly: flags.enqueueOnly,
    maxWaitSeconds: flags.maxWait,
    reuseIfExists: flags.reuse,
    callbackUrl: flags.callbackUrl,
    bootstrapScript: flags.bootstrapScript ? await script(resolve(cwd, flags.bootstrapScript)) : undefined,
    tag: flags.tag,
    architecture: flags.arch,
    environ: pairs(flags.env ?? [], '-e'),
    resources: resources(flags.resources ?? []),
    resourceOpts: pairs(flags.resourceOpts ?? [], '--resource-opts'),
    clusterSize: flags.clusterSize,
    clusterMode: flags.clusterMode,
    scalingGroup: flags.scalingGroup,
    domain: flags.domain ?? settings.domain,
    group: flags.group ?? settings.group,
    ownerAccessKey: flags.owner,
    preopenPorts: flags.preopen ? ports(flags.preopen) : undefined,
    agentList: flags.assignAgent ? splitList(flags.assignAgent) : undefined,
    dependencies: flags.depends?.flatMap(splitList),
  })
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the keys that have no value. */
const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{2,62})[A-Za-z0-9]$/

export function checkName(name: string): void {
  if (NAME.test(name)) return
  throw usageError(
    `"${name}" cannot be a session's name.`,
    'Names have 4 to 64 letters, digits, hyphens, dots or underscores,',
    'and begin and end with a letter or digit.',
  )
}

export function pairs(words: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    words.map((word): [string, string] => {
      const at = word.indexOf('=')
      if (at < 1) throw usageError(`${option} ${word}: expected KEY=VALUE.`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

function resources(words: readonly string[]): Record<string, string> {
  const slots = pairs(words, '-r')
  const mem = slots.mem
  // A bare number of memory means MiB.
  return mem !== undefined && /^\d+(\.\d+)?$/.test(mem) ? { ...slots, mem: `${mem}m` } : slots
}

function ports(text: string): number[] {
  return splitList(text).map((word) => {
    const port = Number(word)
    if (Number.isInteger(port) && port > 0 && port < 65_536) return port
    throw usageError(`--preopen ${text}: "${word}" is no port.`)
  })
}

interface Mounts {
  mounts: string[]
  mountMap: Record<string, string>
  mountOptions?: Record<string, { permission?: string }>
}

/** `name`, `name=path`, `name:path`, or `type=bind,source=name,target=path,permission=ro`. */
export function parseMounts(words: readonly string[]): Mounts {
  const parsed = words.map((word) => (/(^|,)(source|src)=/.test(word) ? longMount(word) : shortMount(word)))
  const withPath = parsed.filter((mount) => mount.path)
  const withPermission = parsed.filter((mount) => mount.permission)
  return {
    mounts: parsed.map((mount) => mount.name),
    mountMap: Object.fromEntries(withPath.map((mount) => [mount.name, mount.path ?? ''])),
    ...(withPermission.length > 0
      ? {
          mountOptions: Object.fromEntries(
            withPermission.map((mount) => [mount.name, { permission: mount.permission ?? '' }]),
          ),
        }
      : {}),
  }
}

interface Mount {
  name: string
  path?: string
  permission?: string
}

function shortMount(word: string): Mount {
  const match = /^([^=:]+)(?:[=:](.+))?$/.exec(word)
  if (!match?.[1]) throw usageError(`-m ${word}: expected FOLDER or FOLDER=PATH.`)
  return { name: match[1], ...(match[2] ? { path: match[2] } : {}) }
}

function longMount(word: string): Mount {
  const fields = pairs(word.split(','), '-m')
  const name = fields.source ?? fields.src
  const path = fields.target ?? fields.dst
  const permission = fields.permission ?? fields.perm
  if (!name) throw usageError(`-m ${word}: source= is missing.`)
  if (fields.type && fields.type !== 'bind') throw usageError(`-m ${word}: type=${fields.type} is not known.`)
  return { name, ...(path ? { path } : {}), ...(permission ? { permission } : {}) }
}

async function script(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw usageError(`--bootstrap-script: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
