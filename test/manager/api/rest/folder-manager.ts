import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { folderRoutes } from '../../../../src/manager/api/rest/folders.ts'
import type { Route } from '../../../../src/manager/api/route.ts'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { startTestStorage } from '../../../storage-proxy/test-storage.ts'
import { ADMIN, type CallOptions, type Got, type Keys, startTestManager, USER } from '../test-manager.ts'

export interface Person extends Keys {
  email: string
  uuid: string
}

const HOST = 'local:volume1'

/**
 * A manager with a storage proxy, and people: USER and FRIEND are members of the project `default`, BOSS administers it,
 * HEAD administers the domain, STRANGER is in another domain.
 */
export async function startFolderManager() {
  await using stack = new AsyncDisposableStack()
  const storage = stack.use(await startTestStorage())
  let served: readonly Route[] = []
  const manager = stack.use(
    await startTestManager({
      routes: (ports) => {
        const tasks = stack.use(createBackgroundTasks(ports))
        served = folderRoutes({ ports, tasks, newId: randomUUID })
        return served
      },
    }),
  )
  const { ports } = manager
  await ports.config.setTree('volumes', {
    _types: { user: '', group: '' },
    default_host: HOST,
    proxies: { local: { client_api: storage.clientUrl, manager_api: storage.managerUrl, secret: 'right' } },
  })
  const people = await addPeople(ports)
  const [project] = await ports.store.db.select().from(ports.store.tables.groups)
  const owned = stack.move()

  const call = (as: Keys | null, method: string, path: string, body?: unknown, more: CallOptions = {}) =>
    manager.call(method, path, { as, ...(body === undefined ? {} : { body }), ...more })
  /** Makes a folder with a name of its own; gives name and id. */
  const make = async (as: Keys, more: object = {}): Promise<{ name: string; id: string }> => {
    const name = `f-${randomUUID().slice(0, 8)}`
    const got = await call(as, 'POST', '/folders', { name, ...more })
    if (got.status !== 201) throw new Error(`no folder: ${got.status} ${got.text}`)
    return { name, id: String(got.json.id) }
  }
  return {
    ...people,
    routes: served,
    storage,
    ports,
    projectId: project?.id ?? '',
    call,
    make,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What a problem is called and how it is answered. */
export const failed = ({ status, json }: Got): [number, unknown] => [status, json.error_code]

async function addPeople({ store, clock }: Awaited<ReturnType<typeof startTestManager>>['ports']) {
  const { users, keypairs, groups, groupMembers, domains, userResourcePolicies } = store.tables
  const at = new Date(clock.now())
  const dates = { createdAt: at, modifiedAt: at }
  const [project] = await store.db.select().from(groups)
  const [admin] = await store.db.select().from(users).where(eq(users.email, ADMIN.email))
  const [domain] = await store.db.select().from(domains)
  if (!project || !admin || !domain) throw new Error('the store is not bootstrapped')
  await store.tx(async (tx) => {
    await tx.insert(domains).values({ ...domain, name: 'elsewhere' })
    await tx.update(userResourcePolicies).set({ maxVfolderCount: 0 })
    await tx.update(store.tables.keypairResourcePolicies).set({ maxVfolderCount: 0 })
  })
  const add = async (
    name: string,
    more: { role?: 'admin' | 'user'; domain?: string; member?: 'member' | 'admin' },
  ): Promise<Person> => {
    const uuid = randomUUID()
    const person = {
      uuid,
      email: `${name}@default`,
      accessKey: `AKIA${name.toUpperCase().padEnd(16, '0')}`,
      secretKey: `${name}-secret`.padEnd(40, '0'),
    }
    await store.tx(async (tx) => {
      await tx.insert(users).values({
        uuid,
        username: name,
        email: person.email,
        domainName: more.domain ?? 'default',
        role: more.role ?? 'user',
        resourcePolicy: 'default',
        mainAccessKey: person.accessKey,
        ...dates,
      })
      await tx.insert(keypairs).values({
        accessKey: person.accessKey,
        secretKey: person.secretKey,
        userId: person.email,
        user: uuid,
        isAdmin: more.role === 'admin',
        resourcePolicy: 'default',
        dotfiles: [],
        ...dates,
      })
      if (more.member)
        await tx
          .insert(groupMembers)
          .values({ id: randomUUID(), userId: uuid, groupId: project.id, role: more.member })
    })
    return person
  }
  return {
    admin: { ...ADMIN, uuid: admin.uuid },
    user: USER,
    friend: await add('friend', { member: 'member' }),
    boss: await add('boss', { member: 'admin' }),
    head: await add('head', { role: 'admin' }),
    stranger: await add('stranger', { domain: 'elsewhere' }),
  }
}
