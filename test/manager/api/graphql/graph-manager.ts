import { randomUUID } from 'node:crypto'
import { graphqlRoutes } from '../../../../src/manager/api/graphql/routes.ts'
import type { Requester } from '../../../../src/manager/context.ts'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { type Keys, startTestManager } from '../test-manager.ts'

export interface GraphAnswer<Data> {
  data: Data | null
  errors?: { message: string; path?: unknown; extensions?: { code?: string } }[]
}

/** A manager with GraphQL over a store in memory, and users of any role in it. */
export async function startGraphManager(options: Parameters<typeof startTestManager>[0] = {}) {
  const manager = await startTestManager({
    routes: (ports) =>
      graphqlRoutes({ ports, tasks: createBackgroundTasks(ports), hideAgents: false, introspection: true }),
    ...options,
  })
  const { store } = manager.ports

  async function ask<Data = Record<string, unknown>>(
    query: string,
    variables: object,
    as: Keys,
  ): Promise<GraphAnswer<Data>> {
    const { status, text } = await manager.call('POST', '/admin/gql', { as, body: { query, variables } })
    if (status !== 200) throw new Error(`POST /admin/gql answered ${status}: ${text}`)
    return JSON.parse(text)
  }

  /** A user of the domain, which is made where it is missing, with a keypair to sign with. */
  async function addUser(name: string, domainName: string, role: Requester['role']) {
    const { domains, users, keypairs } = store.tables
    const dates = { createdAt: new Date(0), modifiedAt: new Date(0) }
    const uuid = randomUUID()
    const email = `${name}@${domainName}`
    const keys = { accessKey: `AKIA${name.toUpperCase().padEnd(16, 'X')}`, secretKey: `secret of ${name}` }
    await store.tx(async (tx) => {
      await tx
        .insert(domains)
        .values({
          name: domainName,
          totalResourceSlots: {},
          allowedVfolderHosts: {},
          allowedDockerRegistries: [],
          dotfiles: [],
          ...dates,
        })
        .onConflictDoNothing()
      await tx.insert(users).values({
        uuid,
        username: name,
        email,
        role,
        domainName,
        resourcePolicy: 'default',
        mainAccessKey: keys.accessKey,
        ...dates,
      })
      await tx.insert(keypairs).values({
        ...keys,
        userId: email,
        user: uuid,
        isAdmin: role === 'admin' || role === 'superadmin',
        resourcePolicy: 'default',
        dotfiles: [],
        ...dates,
      })
    })
    return { ...keys, uuid, email, role, domainName }
  }

  return { ...manager, ask, addUser, [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose]() }
}

export type GraphManager = Awaited<ReturnType<typeof startGraphManager>>
