import { appProxyParams } from '../../../api/session.ts'
import { Problem } from '../../../core/problem.ts'
import type { ServerSocket } from '../../../lib/http/server-socket.ts'
import type { AgentStream } from '../../../wire/agent-link.ts'
import type { SessionServices } from '../../services/index.ts'
import { type AppTarget, openTcp, startApp } from '../../services/sessions/apps.ts'
import { defineSocket, type SocketRoute } from '../route.ts'
import { sessionRef } from './session-ref.ts'

const GOING_AWAY = 1001
const INTERNAL_ERROR = 1011
const TRY_AGAIN_LATER = 1013

/** One TCP connection to an app, over binary frames both ways (client-wire.md §3.4). */
export function streamAppRoute(
  services: SessionServices,
  path: string,
  protocol: 'TCP' | 'HTTP',
): SocketRoute {
  return defineSocket({
    path,
    summary: `Connect to an app of a session (${protocol})`,
    auth: 'user',
    params: appProxyParams,
    open: async (context) => {
      const target = await startApp(services, context.requester, sessionRef(context), context.params)
      return (socket) => relay(services, target, socket)
    },
  })
}

async function relay(services: SessionServices, target: AppTarget, socket: ServerSocket): Promise<void> {
  const stream = await connect(services, target, socket)
  if (!stream) return
  const incoming = receive(services, stream, socket)
  try {
    for await (const message of socket.messages) {
      if (typeof message !== 'string') await stream.write(message)
    }
    stream.end()
    await incoming
  } catch {
    // The connection to the app broke: `receive` has told the client.
    socket.close(INTERNAL_ERROR)
  } finally {
    await stream[Symbol.asyncDispose]()
  }
}

async function connect(
  services: SessionServices,
  target: AppTarget,
  socket: ServerSocket,
): Promise<AgentStream | null> {
  try {
    return await openTcp(services, target)
  } catch (error) {
    services.ports.log.info({ err: error, app: target.service.name }, 'an app refused a connection')
    const isRefusal = error instanceof Problem && error.agentDetails !== undefined
    socket.close(isRefusal ? TRY_AGAIN_LATER : INTERNAL_ERROR, 'the app cannot be reached')
    return null
  }
}

async function receive(services: SessionServices, stream: AgentStream, socket: ServerSocket): Promise<void> {
  try {
    for await (const chunk of stream.chunks) await socket.send(chunk)
    socket.close(GOING_AWAY, 'the app closed the connection')
  } catch (error) {
    services.ports.log.info({ err: error }, 'a connection to an app broke off')
    socket.close(INTERNAL_ERROR, 'the connection to the app broke off')
  }
}
