import { randomUUID } from 'node:crypto'
import { isUniqueViolation } from '../../db/errors.ts'
import type { Store, Tx } from '../../db/store.ts'
import {
  generateAccessKey,
  generatePassword,
  generateSecretKey,
  type RandomBytes,
  systemRandom,
} from '../../lib/keys.ts'
import { hashPassword } from '../../lib/password-hash.ts'
import { VFOLDER_HOST_PERMISSIONS } from './host-permissions.ts'

export interface AdminCredentials {
  readonly email: string
  readonly password: string
  readonly accessKey: string
  readonly secretKey: string
}

export interface BootstrapConfig {
  /** The first domain. Default `default`. */
  readonly domain?: string
  /** Default `admin@<domain>`. */
  readonly email?: string
  /** Storage hosts (`proxy:volume`) that everybody may use. Default `local:volume1`. */
  readonly vfolderHosts?: readonly string[]
  /** Credentials that the caller has put away already, so that a crash right after the commit loses nothing. */
  readonly admin?: AdminCredentials
}

export interface BootstrapDeps {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly random?: RandomBytes
  readonly uuid?: () => string
}

export type BootstrapResult = { created: false } | { created: true; admin: AdminCredentials }

const GIB = 1024 ** 3
const PRESETS = [
  { name: 'cpu01-small', cpu: 1, mem: GIB, sharedMemory: null },
  { name: 'cpu02-medium', cpu: 4, mem: 8 * GIB, sharedMemory: GIB },
  { name: 'cpu03-large', cpu: 8, mem: 16 * GIB, sharedMemory: 2 * GIB },
]

/** Credentials for the first superadmin; nothing is stored yet. */
export function newAdminCredentials(
  config: BootstrapConfig = {},
  random: RandomBytes = systemRandom,
): AdminCredentials {
  return {
    email: config.email ?? `admin@${config.domain ?? 'default'}`,
    password: generatePassword(random),
    accessKey: generateAccessKey(random),
    secretKey: generateSecretKey(random),
  }
}

/**
 * Gives an empty database its first domain, project, resource group, policies, presets and superadmin; one that has a
 * domain stays as it is. Of several processes that call it at once, one creates.
 */
export async function bootstrapCluster(
  store: Store,
  config: BootstrapConfig,
  { now, random = systemRandom, uuid = randomUUID }: BootstrapDeps,
): Promise<BootstrapResult> {
  if ((await store.db.select().from(store.tables.domains).limit(1)).length > 0) return { created: false }
  const admin = config.admin ?? newAdminCredentials(config, random)
  const passwordHash = await hashPassword(admin.password)
  const ids = { user: uuid(), project: uuid(), membership: uuid(), association: uuid() }
  const at = new Date(now())
  try {
    const created = await store.tx((tx) => create(tx, store, { config, admin, passwordHash, ids, at }))
    return created ? { created, admin } : { created: false }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const domains = await store.db.select().from(store.tables.domains).limit(1)
    if (domains.length === 0) throw error
    return { created: false }
  }
}

interface FirstRows {
  config: BootstrapConfig
  admin: AdminCredentials
  passwordHash: string
  ids: { user: string; project: string; membership: string; association: string }
  at: Date
}

async function create(tx: Tx, { tables }: Store, rows: FirstRows): Promise<boolean> {
  const { config, admin, passwordHash, ids, at } = rows
  if ((await tx.select().from(tables.domains).limit(1)).length > 0) return false
  const domain = config.domain ?? 'default'
  const hosts = Object.fromEntries(
    (config.vfolderHosts ?? ['local:volume1']).map((host) => [host, [...VFOLDER_HOST_PERMISSIONS]]),
  )
  const dates = { createdAt: at, modifiedAt: at }

  await tx.insert(tables.domains).values({
    name: domain,
    description: 'The default domain',
    totalResourceSlots: {},
    allowedVfolderHosts: hosts,
    allowedDockerRegistries: ['cr.backend.ai', 'index.docker.io'],
    dotfiles: [],
    ...dates,
  })
  await tx.insert(tables.keypairResourcePolicies).values({
    name: 'default',
    createdAt: at,
    defaultForUnspecified: 'UNLIMITED',
    totalResourceSlots: {},
    maxConcurrentSessions: 30,
    maxConcurrentSftpSessions: 30,
    maxContainersPerSession: 1,
    idleTimeout: 1800,
    allowedVfolderHosts: hosts,
    maxVfolderCount: 10,
  })
  await tx.insert(tables.userResourcePolicies).values({
    name: 'default',
    createdAt: at,
    maxVfolderCount: 10,
    maxQuotaScopeSize: -1,
    maxSessionCountPerModelSession: 10,
  })
  await tx
    .insert(tables.projectResourcePolicies)
    .values({ name: 'default', createdAt: at, maxVfolderCount: 10, maxQuotaScopeSize: -1 })
  await tx.insert(tables.groups).values({
    id: ids.project,
    name: 'default',
    description: 'The default project',
    domainName: domain,
    totalResourceSlots: {},
    allowedVfolderHosts: hosts,
    dotfiles: [],
    resourcePolicy: 'default',
    ...dates,
  })
  await tx.insert(tables.scalingGroups).values({
    name: 'default',
    description: 'The default resource group',
    createdAt: at,
    driverOpts: {},
    schedulerOpts: {},
  })
  await tx.insert(tables.scalingGroupDomains).values({ id: ids.association, scalingGroup: 'default', domain })
  await tx.insert(tables.users).values({
    uuid: ids.user,
    username: 'admin',
    email: admin.email,
    password: passwordHash,
    passwordChangedAt: at,
    needPasswordChange: false,
    fullName: 'Administrator',
    statusInfo: 'bootstrap',
    domainName: domain,
    role: 'superadmin',
    resourcePolicy: 'default',
    mainAccessKey: admin.accessKey,
    ...dates,
  })
  await tx.insert(tables.keypairs).values({
    accessKey: admin.accessKey,
    secretKey: admin.secretKey,
    userId: admin.email,
    user: ids.user,
    isAdmin: true,
    rateLimit: 10000,
    resourcePolicy: 'default',
    dotfiles: [],
    ...dates,
  })
  await tx.insert(tables.groupMembers).values({ id: ids.membership, userId: ids.user, groupId: ids.project })
  await tx.insert(tables.resourcePresets).values(
    PRESETS.map(({ name, cpu, mem, sharedMemory }) => ({
      name,
      resourceSlots: { cpu: String(cpu), mem: String(mem) },
      sharedMemory,
    })),
  )
  return true
}
