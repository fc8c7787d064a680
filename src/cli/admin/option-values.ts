import { InvalidArgumentError, type Option } from 'commander'
import type { HostPermissions, Slots } from '../../client/admin/wire-input.ts'
import { parseBytes } from '../../core/bytes.ts'
import { usageError } from '../exit-code.ts'
import { splitList } from '../settings.ts'
import { SpelledOption } from '../spelled-option.ts'

/** `true`, `yes`, `on`, `1` and their opposites. */
export function bool(text: string): boolean {
  if (/^(true|t|yes|y|on|1)$/i.test(text)) return true
  if (/^(false|f|no|n|off|0)$/i.test(text)) return false
  throw new InvalidArgumentError('Expected true or false.')
}

/** A whole number that is not negative. */
export function count(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a number.')
}

/** `10g`, `512m` or bytes; -1 stands for no limit. */
export function bytes(text: string): number {
  if (text === '-1') return -1
  try {
    return Number(parseBytes(text))
  } catch {
    throw new InvalidArgumentError('Expected a size such as 10g.')
  }
}

export const words = (text: string): string[] => splitList(text.replaceAll('"', ''))

export function object(text: string): Record<string, unknown> {
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new InvalidArgumentError('Expected a JSON object.')
}

/** `cpu=8,mem=16g` or a JSON object. */
export function slots(text: string): Slots {
  if (text.trimStart().startsWith('{')) return object(text) as Slots
  const pairs = splitList(text).map((pair) => /^([^=]+)=(.+)$/.exec(pair))
  return Object.fromEntries(
    pairs.map((pair) => {
      if (!pair) throw new InvalidArgumentError('Expected cpu=8,mem=16g or a JSON object.')
      return [pair[1] ?? '', pair[2] ?? '']
    }),
  )
}

/** A JSON object of host → list of permissions. */
function hostPermissions(text: string): HostPermissions {
  const hosts = object(text)
  if (Object.values(hosts).every((each) => Array.isArray(each))) return hosts as HostPermissions
  throw new InvalidArgumentError('Expected such as {"local:volume1": ["mount-in-session"]}.')
}

export const hostsOption = (): Option =>
  new SpelledOption(
    '--vfolder-host-perms <JSON>',
    'storage hosts: {"HOST": ["PERMISSION", …]}',
    '--vfolder-host-permissions',
    '--vfhost-perms',
    '--allowed-vfolder-hosts',
  ).argParser(hostPermissions)

export const slotsOption = (): Option =>
  new SpelledOption('--total-resource-slots <SLOTS>', 'most of each: cpu=8,mem=16g or JSON').argParser(slots)

/** The changes that were asked for. @throws CliError (usage) when there are none. */
export function someOf<T extends object>(changes: T): T {
  if (Object.values(changes).some((value) => value !== undefined)) return changes
  throw usageError('There is nothing to change.', '--help shows what can be changed.')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
