import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'
import type { AppRequest } from './apps.ts'
import type { SessionContext } from './context.ts'
import { mainKernel, resolveRunning, resolveSession, type SessionRef } from './resolve.ts'

const TIMEOUT_MS = 10_000
const statusBody = v.object({ advertise_address: v.optional(v.nullable(v.string())) })
const confBody = v.object({ token: v.string() })

export interface StartedService {
  token: string
  wsproxy_addr: string
}

/** Announces an app of a session to the app proxy of its resource group (client-wire.md §5); clients go there next. */
export async function startService(
  context: SessionContext,
  requester: Requester,
  ref: SessionRef,
  wanted: Pick<AppRequest, 'app' | 'port'> & { loginSessionToken: string | null },
): Promise<StartedService> {
  const { store } = context.ports
  const { id } = (await resolveRunning(store, requester, ref)).session
  const session = await resolveSession(store, requester, { ...ref, name: id })
  const kernel = await mainKernel(store, id)
  const service = kernel.servicePorts.find(({ name }) => name === wanted.app)
  if (!service || service.protocol === 'internal') {
    throw notFound('app service', `The session has no app "${wanted.app}".`)
  }
  const proxy = await appProxyOf(context, session.scalingGroupName)
  const index = wanted.port === null ? 0 : service.containerPorts.indexOf(wanted.port)
  const port = service.hostPorts[index]
  if (port === undefined) {
    const msg = `The app "${wanted.app}" has no port ${wanted.port}; it has ${service.containerPorts.join(', ')}.`
    throw new Problem('invalid-api-params', { msg, data: { port: msg } })
  }
  const status = await ask(`${proxy}/status`, statusBody)
  const { token } = await ask(`${proxy}/v2/conf`, confBody, {
    login_session_token: wanted.loginSessionToken ?? '',
    kernel_host: kernel.kernelHost,
    kernel_port: port,
    session: {
      id: session.id,
      user_uuid: session.userUuid,
      group_id: session.groupId,
      access_key: session.accessKey,
      domain_name: session.domainName,
    },
  })
  return { token, wsproxy_addr: status.advertise_address || proxy }
}

async function appProxyOf({ ports }: SessionContext, groupName: string | null): Promise<string> {
  const { scalingGroups } = ports.store.tables
  const [group] = await ports.store.db
    .select({ address: scalingGroups.wsproxyAddr })
    .from(scalingGroups)
    .where(eq(scalingGroups.name, groupName ?? ''))
  // Without a coordinator, clients fall back on their own local tunnel.
  if (!group?.address) {
    throw new Problem('service-unavailable', {
      msg: 'The resource group of the session has no app proxy.',
    })
  }
  return group.address.replace(/\/+$/, '')
}

async function ask<const Schema extends v.GenericSchema>(
  url: string,
  schema: Schema,
  body?: object,
): Promise<v.InferOutput<Schema>> {
  try {
    const answer = await fetch(url, {
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      headers: { 'content-type': 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return v.parse(schema, await answer.json())
  } catch (cause) {
    throw new Problem('service-unavailable', {
      msg: `The app proxy at ${url} does not answer as one.`,
      cause,
    })
  }
}
