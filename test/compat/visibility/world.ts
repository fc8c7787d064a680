import { randomUUID } from 'node:crypto'
import type { ManagerPorts } from '../../../src/manager/context.ts'
import { servedRoutes } from '../../../src/manager/served-routes.ts'
import { createBackgroundTasks } from '../../../src/manager/services/background-tasks.ts'
import { createSessionServices } from '../../../src/manager/services/index.ts'
import { ADMIN, type Got, type Keys, startTestManager } from '../../manager/api/test-manager.ts'
import { startTestStorage } from '../../storage-proxy/test-storage.ts'
import type { Chance } from '../fuzz/chance.ts'

export type Role = 'superadmin' | 'admin' | 'user' | 'monitor'
export interface Actor extends Keys {
  uuid: string
  email: string
  domain: string
  role: Role
  /** False: nothing that is signed so may be answered. */
  isActive: boolean
}

export interface VisibilityWorld extends AsyncDisposable {
  readonly ports: ManagerPorts
  /** The superadmin is the first. */
  readonly actors: readonly Actor[]
  /** Texts of which each belongs to one object, and shows wherever that object is shown. */
  readonly marks: readonly string[]
  ask(as: Actor, method: string, target: string, body?: unknown): Promise<Got>
}

const AT = new Date(Date.UTC(2026, 0, 1))
const dates = { createdAt: AT, modifiedAt: AT }
const HOST = 'local:volume1'
/** What a template of a task says. */
const TASK = {
  api_version: '6',
  kind: 'task_template',
  metadata: { name: 'task', tag: null },
  spec: {
    session_type: 'interactive',
    kernel: { environ: {}, run: null, git: null, image: 'python', architecture: 'x86_64' },
    ...{ mounts: {}, resources: {}, resource_opts: {}, scaling_group: null, agent_list: null },
  },
}
const LETTERS = 'bcdfghjkmnpqrstvwxz'

/** A manager with its whole API and a storage proxy, over random domains, projects, people and what they have. */
export async function startVisibilityWorld(chance: Chance): Promise<VisibilityWorld> {
  await using stack = new AsyncDisposableStack()
  const storage = stack.use(await startTestStorage())
  const manager = stack.use(
    await startTestManager({
      routes: (ports) => {
        const tasks = stack.use(createBackgroundTasks(ports))
        const settings = { hideAgents: false, introspection: true }
        return servedRoutes(ports, createSessionServices(ports), tasks, settings)
      },
    }),
  )
  const { ports } = manager
  await ports.config.setTree('volumes', {
    _types: { user: '', group: '' },
    default_host: HOST,
    proxies: { local: { client_api: storage.clientUrl, manager_api: storage.managerUrl, secret: 'right' } },
  })
  const marks: string[] = []
  const mark = (kind: string): string => {
    const text = `${kind}-${Array.from({ length: 10 }, () => LETTERS[chance.below(LETTERS.length)]).join('')}`
    marks.push(text)
    return text
  }
  const markId = (): string => {
    const id = randomUUID()
    marks.push(id)
    return id
  }
  const actors = await populate(ports, chance, mark, markId)
  const owned = stack.move()
  return {
    ports,
    actors,
    marks,
    ask: (as, method, target, body) =>
      manager.call(method, target, { as, ...(body === undefined ? {} : { body }) }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

type Mark = (kind: string) => string

async function populate(
  ports: ManagerPorts,
  chance: Chance,
  mark: Mark,
  markId: () => string,
): Promise<Actor[]> {
  const { store } = ports
  const { domains, groups, groupMembers, users, keypairs, keypairResourcePolicies } = store.tables
  const [admin] = await store.db.select().from(users)
  const actors: Actor[] = [
    { ...ADMIN, uuid: admin?.uuid ?? '', domain: 'default', role: 'superadmin', isActive: true },
  ]
  const empty = { totalResourceSlots: {}, allowedVfolderHosts: {} }
  await store.tx((tx) =>
    tx.update(keypairResourcePolicies).set({ maxVfolderCount: 0, maxConcurrentSessions: 30 }),
  )
  const dotfile = () => [{ path: `.${mark('dotfile')}`, perm: '644', data: mark('content') }]
  for (let index = 2 + chance.below(2); index > 0; index -= 1) {
    const domain = mark('domain')
    const policy = mark('policy')
    const projects = Array.from({ length: 1 + chance.below(3) }, () => ({
      id: markId(),
      name: mark('project'),
    }))
    await store.tx(async (tx) => {
      const row = { ...empty, ...dates, allowedDockerRegistries: [] }
      await tx.insert(domains).values({ ...row, name: domain, dotfiles: dotfile() })
      const [standard] = await tx.select().from(keypairResourcePolicies).limit(1)
      if (!standard) throw new Error('no policy')
      await tx.insert(keypairResourcePolicies).values({ ...standard, name: policy })
      for (const { id, name } of projects)
        await tx.insert(groups).values({
          ...{ id, name, domainName: domain, resourcePolicy: 'default', dotfiles: dotfile() },
          ...empty,
          ...dates,
        })
    })
    for (let people = 2 + chance.below(4); people >= 0; people -= 1) {
      const role = people === 0 ? 'admin' : chance.once(6) ? 'monitor' : 'user'
      const email = `${mark('mail')}@example.org`
      const actor: Actor = {
        ...{ uuid: markId(), email, domain, role, isActive: !chance.once(8) },
        accessKey: `AKIA${mark('k').slice(2).toUpperCase()}${people}${index}`,
        secretKey: mark('secret').padEnd(40, 'x'),
      }
      actors.push(actor)
      await store.tx(async (tx) => {
        await tx.insert(users).values({
          ...{
            uuid: actor.uuid,
            email,
            username: mark('username'),
            fullName: mark('name'),
            domainName: domain,
            role,
          },
          ...{ mainAccessKey: actor.accessKey, resourcePolicy: 'default', ...dates },
          status: actor.isActive || chance.once(2) ? 'active' : 'inactive',
        })
        await tx.insert(keypairs).values({
          ...{ accessKey: actor.accessKey, secretKey: actor.secretKey, userId: email, user: actor.uuid },
          ...{ isAdmin: role === 'admin', resourcePolicy: policy, dotfiles: dotfile(), rateLimit: 1_000_000 },
          ...{ isActive: actor.isActive, bootstrapScript: mark('script'), ...dates },
        })
        for (const project of projects)
          if (chance.once(2))
            await tx.insert(groupMembers).values({
              id: randomUUID(),
              userId: actor.uuid,
              groupId: project.id,
              role: chance.once(5) ? 'admin' : 'member',
            })
      })
      await belongings(ports, actor, projects, chance, mark, markId)
    }
    for (const project of projects) await projectFolder(ports, project.id, mark, markId)
  }
  await shares(ports, actors, chance)
  return actors
}

async function belongings(
  { store }: ManagerPorts,
  owner: Actor,
  projects: readonly { id: string }[],
  chance: Chance,
  mark: Mark,
  markId: () => string,
): Promise<void> {
  const { vfolders, sessions, kernels, sessionTemplates, errorLogs } = store.tables
  const groupId = projects[chance.below(projects.length)]?.id ?? ''
  await store.tx(async (tx) => {
    for (let folders = chance.below(3); folders >= 0; folders -= 1)
      await tx.insert(vfolders).values({
        ...{
          id: markId(),
          name: mark('folder'),
          host: HOST,
          quotaScopeId: `user:${owner.uuid}`,
          user: owner.uuid,
        },
        ...{ creator: owner.email, createdAt: AT, statusHistory: {}, cloneable: chance.once(2) },
      })
    await tx.insert(errorLogs).values({
      ...{
        id: markId(),
        createdAt: AT,
        severity: 'error',
        source: 'test',
        user: owner.uuid,
        message: mark('log'),
      },
      ...{ contextLang: 'python', contextEnv: {} },
    })
    await tx.insert(sessionTemplates).values({
      ...{
        id: markId(),
        createdAt: AT,
        domainName: owner.domain,
        groupId,
        userUuid: owner.uuid,
        type: 'task',
      },
      ...{ name: mark('template'), template: TASK },
    })
    const name = mark('session')
    const id = markId()
    await tx.insert(sessions).values({
      ...{ id, name, liveName: name, domainName: owner.domain, groupId, userUuid: owner.uuid },
      ...{ accessKey: owner.accessKey, images: ['local/python:3.11'], agentIds: [], vfolderMounts: [] },
      ...{ occupyingSlots: {}, requestedSlots: {}, environ: {}, resourceOpts: {}, createdAt: AT },
      ...{ status: 'RUNNING', statusHistory: {} },
    })
    await tx.insert(kernels).values({
      ...{
        id: markId(),
        sessionId: id,
        clusterHostname: 'main1',
        image: 'local/python:3.11',
        registry: 'local',
      },
      ...{ occupiedSlots: {}, requestedSlots: {}, attachedDevices: {}, resourceOpts: {}, servicePorts: [] },
      ...{ preopenPorts: [], createdAt: AT, status: 'RUNNING', statusChanged: AT, statusHistory: {} },
      internalData: {},
    })
  })
}

async function projectFolder(
  { store }: ManagerPorts,
  group: string,
  mark: Mark,
  markId: () => string,
): Promise<void> {
  const row = { id: markId(), name: mark('shared'), host: HOST, quotaScopeId: `project:${group}`, group }
  await store.tx((tx) =>
    tx.insert(store.tables.vfolders).values({
      ...row,
      ownershipType: 'group',
      createdAt: AT,
      statusHistory: {},
      creator: 'nobody@example.org',
    }),
  )
}

/** Some folders are shared with, or offered to, somebody of the same domain. */
async function shares({ store }: ManagerPorts, actors: readonly Actor[], chance: Chance): Promise<void> {
  const { vfolders, vfolderPermissions, vfolderInvitations } = store.tables
  const folders = await store.db.select().from(vfolders)
  for (const folder of folders) {
    const owner = actors.find(({ uuid }) => uuid === folder.user)
    const others = actors.filter(({ domain, uuid }) => domain === owner?.domain && uuid !== owner.uuid)
    const other = others[chance.below(others.length)]
    if (!owner || !other || !chance.once(3)) continue
    const grant = {
      id: randomUUID(),
      permission: chance.once(2) ? ('ro' as const) : ('wd' as const),
      vfolder: folder.id,
    }
    await store.tx(async (tx) => {
      if (chance.once(2)) await tx.insert(vfolderPermissions).values({ ...grant, user: other.uuid })
      else
        await tx
          .insert(vfolderInvitations)
          .values({ ...grant, inviter: owner.email, invitee: other.email, ...dates })
    })
  }
}
