import type { ServerSocket } from '../../../lib/http/server-socket.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { Requester } from '../../context.ts'
import type { SocketHandler } from '../route.ts'
import type { Accounts } from './accounts.ts'

/** "Policy violation" (RFC 6455 §7.4.1). */
const NOT_ALLOWED = 1008

export interface LiveSockets extends Disposable {
  /** The handler, on a socket that closes as soon as its account may no longer sign or has another role. */
  guard(requester: Requester, handler: SocketHandler): SocketHandler
}

/** Who may open a socket was decided when it opened: each is judged again when accounts change. */
export function createLiveSockets(accounts: Accounts, log: Logger): LiveSockets {
  const open = new Map<ServerSocket, Requester>()

  async function judge(socket: ServerSocket, requester: Requester): Promise<void> {
    const account = await accounts.byAccessKey(requester.accessKey)
    if (account && isSame(account.requester, requester)) return
    socket.close(NOT_ALLOWED, 'the account has changed')
  }

  const judgeOrLog = (socket: ServerSocket, requester: Requester): void => {
    judge(socket, requester).catch((error) => {
      log.warn({ err: error, accessKey: requester.accessKey }, 'the account of a socket could not be read')
    })
  }

  const listening = accounts.onChange((concerns) => {
    for (const [socket, requester] of open) if (concerns(requester)) judgeOrLog(socket, requester)
  })

  return {
    guard: (requester, handler) => async (socket) => {
      open.set(socket, requester)
      // The account may have changed since the signature was checked.
      judgeOrLog(socket, requester)
      try {
        await handler(socket)
      } finally {
        open.delete(socket)
      }
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  }
}

/** What decides whose sessions somebody may open. */
const isSame = (now: Requester, then: Requester): boolean =>
  now.userUuid === then.userUuid &&
  now.role === then.role &&
  now.domainName === then.domainName &&
  now.isAdmin === then.isAdmin
