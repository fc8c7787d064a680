import * as v from 'valibot'
import { terminalFrame } from '../../../api/session.ts'
import type { ServerSocket } from '../../../lib/http/server-socket.ts'
import type { AgentStream } from '../../../wire/agent-link.ts'
import type { SessionServices } from '../../services/index.ts'
import { openTerminal } from '../../services/sessions/apps.ts'
import { type RunningSession, resolveRunning } from '../../services/sessions/resolve.ts'
import { defineSocket, type SocketRoute } from '../route.ts'
import { sessionRef } from './session-ref.ts'

/** Until the first resize. */
const SIZE = { rows: 24, cols: 80 }

/** A terminal over JSON text frames (client-wire.md §3.4). */
export function streamTerminalRoute(services: SessionServices, path: string): SocketRoute {
  return defineSocket({
    path,
    summary: 'Open a terminal over a WebSocket',
    auth: 'user',
    open: async (context) => {
      const target = await resolveRunning(services.ports.store, context.requester, sessionRef(context))
      const first = await openTerminal(services, target, SIZE)
      return (socket) => new Terminal(services, target, socket, first).run()
    },
  })
}

class Terminal {
  readonly #services: SessionServices
  readonly #target: RunningSession
  readonly #socket: ServerSocket
  #shell: AgentStream
  #size = SIZE

  constructor(services: SessionServices, target: RunningSession, socket: ServerSocket, shell: AgentStream) {
    this.#services = services
    this.#target = target
    this.#socket = socket
    this.#shell = shell
  }

  async run(): Promise<void> {
    void this.#showOutput(this.#shell)
    try {
      for await (const message of this.#socket.messages) {
        if (typeof message === 'string') await this.#take(message)
      }
    } finally {
      await this.#shell[Symbol.asyncDispose]()
    }
  }

  async #take(message: string): Promise<void> {
    const frame = parse(message)
    if (!frame) {
      await this.#send({ type: 'error', msg: 'unknown frame' })
      return
    }
    if (frame.type === 'stdin') await this.#type(Buffer.from(frame.chars, 'base64'))
    if (frame.type === 'restart') await this.#restart()
    if (frame.type !== 'resize') return
    this.#size = { rows: frame.rows, cols: frame.cols }
    this.#shell.control({ resize: this.#size })
  }

  /** What is typed into a shell that has ended goes nowhere; its end is told by its output. */
  async #type(chars: Uint8Array): Promise<void> {
    await this.#shell.write(chars).catch(() => undefined)
  }

  async #restart(): Promise<void> {
    const before = this.#shell
    this.#shell = await openTerminal(this.#services, this.#target, this.#size)
    await before[Symbol.asyncDispose]()
    void this.#showOutput(this.#shell)
  }

  /** Until the shell ends; the end of the current one ends the socket. */
  async #showOutput(shell: AgentStream): Promise<void> {
    try {
      for await (const chunk of shell.chunks) {
        await this.#send({ type: 'out', data: Buffer.from(chunk).toString('base64') })
      }
    } catch (error) {
      this.#services.ports.log.info(
        { err: error, sessionId: this.#target.session.id },
        'a terminal broke off',
      )
      if (shell === this.#shell) await this.#send({ type: 'error', msg: 'The terminal broke off.' })
    }
    if (shell === this.#shell) this.#socket.close(1000)
  }

  #send(frame: Record<string, string>): Promise<void> {
    return this.#socket.send(JSON.stringify(frame))
  }
}

function parse(message: string): v.InferOutput<typeof terminalFrame> | null {
  try {
    const parsed = v.safeParse(terminalFrame, JSON.parse(message))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}
