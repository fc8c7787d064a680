import { eq } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { domainRow } from './domains.ts'
import { newKeypair } from './new-keypair.ts'
import { requirePolicy } from './policy-use.ts'
import { conflict, invalid, superadminOnly } from './refusals.ts'
import { projectsToJoin, setProjects } from './user-projects.ts'
import {
  checkEmail,
  checkPasswordText,
  isAdminRole,
  type UserProps,
  type UserRow,
  userColumns,
} from './user-props.ts'
import { readUuids } from './uuids.ts'

const FIRST_KEYPAIR = { resourcePolicy: 'default', rateLimit: 10_000 }

/**
 * A user with a first keypair, which is the main one, in the projects named and the model store of the domain.
 * Superadmins only.
 * @throws Problem
 */
export async function createUser(
  identity: IdentityContext,
  requester: Requester,
  email: string,
  props: UserProps,
): Promise<UserRow> {
  superadminOnly(requester, 'create_user')
  return (await addUser(identity, email, props, { statusInfo: 'admin-requested' })).user
}

export interface AddedUser {
  user: UserRow
  accessKey: string
  secretKey: string
}

/** `createUser` without asking who asks: for those who sign up themselves. @throws Problem */
export async function addUser(
  identity: IdentityContext,
  email: string,
  props: UserProps,
  {
    statusInfo,
    keypairPolicy = FIRST_KEYPAIR.resourcePolicy,
  }: { statusInfo: string; keypairPolicy?: string },
): Promise<AddedUser> {
  checkEmail(email)
  const password = props.password ?? ''
  checkPasswordText(password)
  const given = userColumns(props)
  if (props.totp_activated) throw invalid('Only users themselves can set up one-time passwords.')
  const wanted = readUuids('group_ids', props.group_ids ?? [])
  const { store, clock } = identity.ports
  const at = new Date(clock.now())
  const role = given.role ?? 'user'
  const status = given.status ?? 'active'
  const domainName = given.domainName ?? 'default'
  const uuid = identity.newId()
  const keypair = await newKeypair(
    identity,
    { uuid, email },
    {
      isActive: status === 'active',
      isAdmin: isAdminRole(role),
      ...FIRST_KEYPAIR,
      resourcePolicy: keypairPolicy,
    },
  )
  const row: UserRow = {
    uuid,
    email,
    // The official client sends an empty name when none was given.
    username: given.username ?? email,
    password: await identity.hashPassword(password),
    needPasswordChange: given.needPasswordChange ?? false,
    passwordChangedAt: at,
    fullName: given.fullName ?? '',
    description: given.description ?? '',
    status,
    statusInfo,
    domainName,
    role,
    allowedClientIp: given.allowedClientIp ?? null,
    totpKey: null,
    totpActivated: false,
    totpActivatedAt: null,
    totpLastStep: null,
    resourcePolicy: given.resourcePolicy ?? 'default',
    sudoSessionEnabled: given.sudoSessionEnabled ?? false,
    mainAccessKey: keypair.accessKey,
    integrationId: null,
    createdAt: at,
    modifiedAt: at,
  }
  await store.tx(async (tx) => {
    await domainRow(tx, store, domainName)
    await refuseTakenUser(tx, store, row)
    await requirePolicy(tx, store, 'user', row.resourcePolicy)
    await requirePolicy(tx, store, 'keypair', keypair.resourcePolicy)
    const projects = await projectsToJoin(tx, store, domainName, wanted)
    await tx.insert(store.tables.users).values(row)
    await tx.insert(store.tables.keypairs).values(keypair)
    await setProjects(tx, identity, uuid, projects)
  })
  return { user: row, accessKey: keypair.accessKey, secretKey: keypair.secretKey }
}

/** @throws Problem `conflict` when somebody else has the address or the name. */
async function refuseTakenUser(
  tx: Tx,
  store: Store,
  row: Pick<UserRow, 'email' | 'username'>,
): Promise<void> {
  const { users } = store.tables
  const sameEmail = await tx.select({ uuid: users.uuid }).from(users).where(eq(users.email, row.email))
  if (sameEmail.length > 0) throw conflict(`There is a user with the e-mail address "${row.email}" already.`)
  if (row.username !== null) await refuseTakenName(tx, store, row.username)
}

/** @throws Problem `conflict` when somebody has the name. */
export async function refuseTakenName(tx: Tx, store: Store, username: string): Promise<void> {
  const { users } = store.tables
  const same = await tx.select({ uuid: users.uuid }).from(users).where(eq(users.username, username))
  if (same.length > 0) throw conflict(`There is a user named "${username}" already.`)
}
