import { createHash, timingSafeEqual } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Socket } from 'bun'
import { LINK_SOCKET } from '../../wire/runner-environ.ts'
import { FrameSocket } from '../../wire/runner-link/frame-socket.ts'
import { RUNNER_PROTOCOL, type RunnerFrame, type RunnerHello } from '../../wire/runner-protocol.ts'
import type { KernelLinkOptions, OpenKernelLinkOptions } from './kernel-link-types.ts'

export interface RunnerListenerOptions extends OpenKernelLinkOptions {
  /** Names this life of the agent's end. */
  epoch: string
  /** A runner has proved itself; it has its welcome. */
  accepted(hello: RunnerHello, socket: FrameSocket): void
  frame(frame: RunnerFrame, socket: FrameSocket): void
  closed(socket: FrameSocket): void
}

/** A stranger may say this much, this long, before the runner's token must have come. */
const HELLO_LIMIT_BYTES = 64 * 1024
const HELLO_LIMIT_MS = 5000
/** How long the runner may take to close its end when ours goes. */
const FAREWELL_MS = 500
const STRANGERS = 16

interface Peer {
  frames: FrameSocket
  known: boolean
}

/** Listens for one kernel's runner and lets nobody else in. */
export function listenForRunner(options: RunnerListenerOptions): AsyncDisposable {
  const path = join(options.dir, LINK_SOCKET)
  mkdirSync(options.dir, { recursive: true })
  // Left by an agent that was killed.
  rmSync(path, { force: true })
  const strangers = new Set<Peer>()
  const all = new Set<Peer>()

  const open = (socket: Socket<Peer>): void => {
    const stop = new AbortController()
    const peer: Peer = {
      known: false,
      frames: new FrameSocket(
        socket,
        {
          frame: (frame) => receive(peer, frame),
          closed: (error) => {
            stop.abort()
            strangers.delete(peer)
            all.delete(peer)
            if (error) options.log.warn({ error: error.message }, 'a runner connection broke')
            if (peer.known) options.closed(peer.frames)
          },
        },
        HELLO_LIMIT_BYTES,
      ),
    }
    socket.data = peer
    all.add(peer)
    strangers.add(peer)
    if (strangers.size > STRANGERS) {
      peer.frames.close(null)
      return
    }
    options.clock.sleep(HELLO_LIMIT_MS, stop.signal).then(
      () => {
        if (!peer.known) peer.frames.close(null)
      },
      () => undefined,
    )
  }
  const receive = (peer: Peer, frame: RunnerFrame): void => {
    if (peer.known) {
      options.frame(frame, peer.frames)
      return
    }
    const refusal = frame.kind === 'hello' ? refuse(frame.hello, options) : 'it did not say hello'
    if (frame.kind !== 'hello' || refusal !== null) {
      options.log.warn({ refusal }, 'refused a connection to the runner socket')
      peer.frames.close(null)
      return
    }
    peer.known = true
    strangers.delete(peer)
    peer.frames.liftLimit()
    peer.frames.send({ kind: 'welcome', protocol: RUNNER_PROTOCOL, epoch: options.epoch })
    options.accepted(frame.hello, peer.frames)
  }

  const listener = Bun.listen<Peer>({
    unix: path,
    socket: {
      open,
      data: (socket, chunk) => socket.data.frames.receive(chunk),
      drain: (socket) => socket.data.frames.flush(),
      end: (socket) => socket.data.frames.close(null),
      close: (socket) => socket.data.frames.close(null),
      error: (socket, error) => socket.data.frames.close(error),
    },
  })
  // Connecting needs write permission: the runner's user and root have it.
  chmodSync(path, 0o600)
  if (options.owner && process.getuid?.() === 0) chownSync(path, options.owner.uid, options.owner.gid)
  return {
    [Symbol.asyncDispose]: async () => {
      listener.stop(false)
      await Promise.all([...all].map((peer) => peer.frames.finish(FAREWELL_MS)))
      rmSync(path, { force: true })
    },
  }
}

/** Why the runner is not let in, or null. */
function refuse(hello: RunnerHello, options: KernelLinkOptions): string | null {
  if (typeof hello !== 'object' || hello === null) return 'its hello is empty'
  if (typeof hello.token !== 'string' || !sameSecret(hello.token, options.token)) return 'its token is wrong'
  if (hello.kernelId !== options.kernelId) return 'it belongs to another kernel'
  if (hello.protocol !== RUNNER_PROTOCOL)
    return `it speaks protocol ${hello.protocol}, not ${RUNNER_PROTOCOL}`
  return null
}

function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
