import type { Store } from '../../../src/db/store.ts'
import type { Actor } from './world.ts'

type Row = Readonly<Record<string, unknown>>
/** Everything that is somebody's, by table. */
export type State = Readonly<Record<TableName, readonly Row[]>>
export type TableName = (typeof TABLES)[number]

const TABLES = [
  ...(['domains', 'groups', 'groupMembers', 'users', 'keypairs', 'keypairResourcePolicies'] as const),
  ...(['userResourcePolicies', 'projectResourcePolicies', 'vfolders', 'vfolderPermissions'] as const),
  ...([
    'vfolderInvitations',
    'sessions',
    'kernels',
    'sessionTemplates',
    'errorLogs',
    'scalingGroups',
  ] as const),
]

export async function readState({ db, tables }: Store): Promise<State> {
  const entries = await Promise.all(
    TABLES.map(async (name) => [name, await db.select().from(tables[name] as typeof tables.users)] as const),
  )
  return Object.fromEntries(entries) as unknown as State
}

/** Whom and what a row belongs to. */
interface Scope {
  domain: string | null
  /** People who see it as theirs. */
  users: readonly string[]
  /** The project whose members see it. */
  project: string | null
}

/** What a person may see and do, out of the present state. */
export interface View {
  /** Every text of what the person may see. */
  text: string
  /** `columns`: what differs; null where the whole row came or went. */
  mayChange(table: TableName, row: Row, columns: readonly string[] | null): boolean
}

/** Members of a project see these of it, and whose the templates are. */
const SHOWN_TO_MEMBERS: ReadonlySet<TableName> = new Set(['groups', 'vfolders', 'sessionTemplates'])
/** What keypairs hold for their owners' sessions. */
const OWNERS: ReadonlySet<string> = new Set(['dotfiles', 'bootstrapScript'])

const NOBODYS: Scope = { domain: null, users: [], project: null }

export function viewOf(state: State, actor: Actor): View {
  if (actor.role === 'superadmin') return { text: JSON.stringify(state), mayChange: () => true }
  const scopes = scopesIn(state)
  const memberships = state.groupMembers.filter(({ userId }) => userId === actor.uuid)
  const mine = new Set(memberships.map(({ groupId }) => groupId))
  const administered = new Set(
    memberships.filter(({ role }) => role === 'admin').map(({ groupId }) => groupId),
  )
  const isAdmin = actor.role === 'admin'

  const sees = (table: TableName, row: Row): boolean => {
    const { domain, users, project } = scopes(table, row)
    if (users.includes(actor.uuid)) return true
    if (isAdmin && domain === actor.domain) return true
    if (table === 'domains') return row.name === actor.domain
    if (project === null || !mine.has(project)) return false
    return SHOWN_TO_MEMBERS.has(table) || administered.has(project)
  }
  const mayChange: View['mayChange'] = (table, row, columns) => {
    const { domain, users, project } = scopes(table, row)
    if (/Policies$|^scalingGroups$/.test(table)) return false
    if (users.includes(actor.uuid)) return true
    if (isAdmin && domain === actor.domain) {
      // On behalf of the people of their domain (`owner_access_key`), nothing of who these are.
      if (table === 'keypairs') return columns?.every((column) => OWNERS.has(column)) ?? false
      return table !== 'users' && (table !== 'domains' || columns !== null)
    }
    return table !== 'groups' && table !== 'groupMembers' && project !== null && administered.has(project)
  }
  const seen = (Object.entries(state) as [TableName, readonly Row[]][]).flatMap(([table, rows]) =>
    rows.filter((row) => sees(table, row)).map((row) => [row, company(state, table, row)]),
  )
  const policies = state.keypairs.filter(({ user }) => user === actor.uuid).map((row) => row.resourcePolicy)
  return { text: JSON.stringify([seen, policies]), mayChange }
}

/** With whom a folder is shared is told to both; whose a session is, and of which project, to those who see it. */
function company({ users, vfolders, groups }: State, table: TableName, row: Row): unknown {
  const names = (uuid: unknown, email?: unknown) =>
    users
      .filter((user) => (uuid && user.uuid === uuid) || (email && user.email === email))
      .map(({ uuid, email, username, fullName }) => [uuid, email, username, fullName])
  if (table === 'vfolders') return names(row.user)
  if (table === 'sessions' || table === 'sessionTemplates')
    return [names(row.userUuid), groups.filter(({ id }) => id === row.groupId).map(({ name }) => name)]
  if (table === 'vfolderPermissions')
    return [names(row.user), ofFolder(vfolders, row).map(({ user }) => names(user))]
  if (table === 'vfolderInvitations')
    return [
      names(null, row.inviter),
      names(null, row.invitee),
      ofFolder(vfolders, row).map(({ id, name, user }) => [id, name, names(user)]),
    ]
  return []
}

const ofFolder = (vfolders: readonly Row[], row: Row) => vfolders.filter(({ id }) => id === row.vfolder)

function scopesIn(state: State): (table: TableName, row: Row) => Scope {
  const domainOf = new Map(state.users.map((user) => [user.uuid, String(user.domainName)]))
  const byEmail = new Map(state.users.map((user) => [user.email, String(user.uuid)]))
  const projectDomain = new Map(state.groups.map((group) => [group.id, String(group.domainName)]))
  const folders = new Map(state.vfolders.map((folder) => [folder.id, folder]))
  const sessions = new Map(state.sessions.map((session) => [session.id, session]))
  const ofUser = (uuid: unknown): Scope => ({
    domain: domainOf.get(uuid) ?? null,
    users: [String(uuid)],
    project: null,
  })
  const ofFolder = (folder: Row | undefined): Scope => {
    if (!folder) return NOBODYS
    if (folder.group) {
      const project = String(folder.group)
      return { domain: projectDomain.get(folder.group) ?? null, users: [], project }
    }
    const shared = state.vfolderPermissions.filter(({ vfolder }) => vfolder === folder.id)
    const own = ofUser(folder.user)
    return { ...own, users: [...own.users, ...shared.map(({ user }) => String(user))] }
  }
  const ofSession = (session: Row | undefined): Scope =>
    session
      ? {
          domain: String(session.domainName),
          users: [String(session.userUuid)],
          project: String(session.groupId),
        }
      : NOBODYS
  return (table, row) => {
    if (table === 'users') return ofUser(row.uuid)
    if (table === 'keypairs' || table === 'errorLogs') return ofUser(row.user)
    if (table === 'domains') return { ...NOBODYS, domain: String(row.name) }
    if (table === 'groups') return { domain: String(row.domainName), users: [], project: String(row.id) }
    if (table === 'groupMembers') return { ...ofUser(row.userId), project: String(row.groupId) }
    if (table === 'vfolders') return ofFolder(row)
    if (table === 'vfolderPermissions') {
      const folder = ofFolder(folders.get(row.vfolder))
      return { ...folder, users: [...folder.users, String(row.user)] }
    }
    if (table === 'vfolderInvitations') {
      const folder = ofFolder(folders.get(row.vfolder))
      const people = [row.inviter, row.invitee].map((email) => byEmail.get(email) ?? '')
      return { ...folder, users: [...folder.users, ...people] }
    }
    if (table === 'sessions') return ofSession(row)
    if (table === 'kernels') return ofSession(sessions.get(row.sessionId))
    if (table === 'sessionTemplates')
      return { ...ofUser(row.userUuid), project: row.groupId ? String(row.groupId) : null }
    return NOBODYS
  }
}

const PRIMARY: Partial<Record<TableName, string>> = {
  domains: 'name',
  users: 'uuid',
  keypairs: 'accessKey',
  keypairResourcePolicies: 'name',
  userResourcePolicies: 'name',
  projectResourcePolicies: 'name',
  scalingGroups: 'name',
}
/** What every signed request leaves behind. */
const TRACES = new Set(['lastUsed', 'numQueries', 'modifiedAt'])

export interface Change {
  table: TableName
  was: Row | null
  is: Row | null
  /** What differs; null where the whole row came or went. */
  columns: readonly string[] | null
}

/** Rows that came, went or changed. */
export function changesBetween(before: State, after: State): Change[] {
  return TABLES.flatMap((table) => {
    const key = PRIMARY[table] ?? 'id'
    const old = new Map(before[table].map((row) => [row[key], row]))
    const now = new Map(after[table].map((row) => [row[key], row]))
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((id): Change[] => {
      const was = old.get(id) ?? null
      const is = now.get(id) ?? null
      if (!was || !is) return [{ table, was, is, columns: null }]
      const columns = Object.keys(is).filter(
        (name) => !TRACES.has(name) && JSON.stringify(was[name]) !== JSON.stringify(is[name]),
      )
      return columns.length > 0 ? [{ table, was, is, columns }] : []
    })
  })
}
