import type { HostPermissions } from '../../../db/tables/accounts.ts'
import { VFOLDER_HOST_PERMISSIONS } from '../host-permissions.ts'
import { invalid } from './refusals.ts'

const KNOWN: readonly string[] = VFOLDER_HOST_PERMISSIONS
const MAX_HOST_LENGTH = 128

/**
 * `allowed_vfolder_hosts` as clients write it: host → permissions, or the older list of hosts, which grants all.
 * Null and undefined mean "not given".
 * @throws Problem that names what cannot be read.
 */
export function hostGrants(value: unknown): HostPermissions | undefined {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) {
    return Object.fromEntries(value.map((host) => [hostName(host), [...VFOLDER_HOST_PERMISSIONS]]))
  }
  if (typeof value !== 'object') throw invalid('allowed_vfolder_hosts is an object of host and permissions')
  return Object.fromEntries(
    Object.entries(value).map(([host, permissions]) => [hostName(host), permissionList(host, permissions)]),
  )
}

function hostName(host: unknown): string {
  const isText = typeof host === 'string' && host !== '' && host.length <= MAX_HOST_LENGTH
  if (isText && host.isWellFormed() && !/[\p{Cc}\s]/u.test(host)) return host
  throw invalid(`allowed_vfolder_hosts: ${JSON.stringify(host)} is no storage host`)
}

function permissionList(host: string, permissions: unknown): string[] {
  if (!Array.isArray(permissions)) {
    throw invalid(`allowed_vfolder_hosts: the permissions on "${host}" are a list`)
  }
  const unknown = permissions.find((one) => !KNOWN.includes(one))
  if (unknown !== undefined) {
    throw invalid(
      `allowed_vfolder_hosts: there is no permission ${JSON.stringify(unknown)}; there are ${KNOWN.join(', ')}`,
    )
  }
  return [...new Set(permissions)]
}
