import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-code.ts'
import { createProgress } from '../progress.ts'
import type { SessionFlags } from '../session/session-flags.ts'
import { sessionOptions } from '../session/session-options.ts'
import { showWaiting } from '../session/show-waiting.ts'
import { leftInQueue, startSession } from '../session/start-session.ts'
import { waitForEnd } from '../session/wait-for-end.ts'

interface BatchFlags extends SessionFlags {
  exec?: string
  quiet?: boolean
}

/** A batch session: its one command runs on the server whether or not somebody watches. */
export async function runBatch(context: CommandContext, image: string, flags: BatchFlags): Promise<number> {
  const { out, io, signal } = context
  const client = await context.client()
  const base = await sessionOptions(image, flags, await context.settings(), io.cwd)
  const name = base.name ?? `batch-${crypto.randomUUID().slice(0, 10).replace('-', '')}`
  const startupCommand = base.startupCommand ?? flags.exec ?? ''
  const progress = createProgress(io, { isSilent: out.isJson || out.isQuiet })
  const options = { ...base, name, type: 'batch' as const, startupCommand, enqueueOnly: true }
  const session = await startSession(client, options, progress, context)
  out.done(`Session ${name} is enqueued.`)
  if (flags.enqueueOnly) {
    if (out.isJson) out.json(session)
    return EXIT.ok
  }
  const over = new AbortController()
  const waiting = { name, ownerAccessKey: options.ownerAccessKey, advice: leftInQueue(name) }
  const shown = showWaiting(client, waiting, progress, AbortSignal.any([signal, over.signal]), io.sleep)
  const end = await waitForEnd(client, { sessionId: session.sessionId }, signal, (event) => {
    progress.step(`Session ${name}: ${event.event.replace(/^(session|kernel)_/, '').replaceAll('_', ' ')}`)
  }).finally(async () => {
    over.abort()
    await shown
    progress.stop()
  })
  const logs = await client.sessions.logs(session.sessionId).catch(() => '')
  if (out.isJson) out.json({ ...session, exit_code: end.exitCode, reason: end.reason, logs })
  else out.text(logs)
  out.done(`Session ${name} ended: ${end.reason}. (exit code = ${end.exitCode})`)
  return end.exitCode
}
