import { notFound, Problem } from '../../../core/problem.ts'
import { callAgent } from './call-agent.ts'
import type { SessionContext } from './context.ts'
import { mainKernel } from './resolve.ts'

/** Bigger files are for folders: 1 GiB. */
const MAX_BYTES = 1024 ** 3
/** Read from the kernel at a time. */
const PIECE_BYTES = 1024 ** 2

export interface OutputDownload {
  /** Bytes. */
  size: number
  /** Breaks off when the file is written meanwhile, or the session ends. */
  content: ReadableStream<Uint8Array>
}

/**
 * A file in `.output` of a running session, fetched piece by piece as the client takes it.
 * @throws Problem object-not-found where session or file are gone, over-limit for one that is too big
 */
export async function openOutputFile(
  { ports }: Pick<SessionContext, 'ports'>,
  sessionId: string,
  name: string,
): Promise<OutputDownload> {
  const kernel = await mainKernel(ports.store, sessionId)
  const { id: kernelId, agent: agentId } = kernel
  if (kernel.status !== 'RUNNING' || agentId === null) {
    throw notFound('session', 'The session has ended, and its files with it.')
  }
  const read = (offset: number) =>
    callAgent(
      ports,
      { agentId },
      'readOutput',
      { kernelId, name, offset, maxBytes: PIECE_BYTES },
      'kernel-execution-failed',
    )
  const first = await read(0)
  const { size, version } = first
  if (size > MAX_BYTES) {
    throw new Problem('over-limit', { msg: `The file has ${size} bytes; at most ${MAX_BYTES} are served.` })
  }
  let offset = 0
  let ready: typeof first | null = first
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = ready ?? (await read(offset))
      ready = null
      const isWhole = piece.content.length > 0 || offset === size
      if (piece.version !== version || !isWhole) throw new Error(`the file ${name} was written meanwhile`)
      offset += piece.content.length
      if (piece.content.length > 0) controller.enqueue(piece.content)
      if (offset >= size) controller.close()
    },
  })
  return { size, content }
}
