import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import * as v from 'valibot'
import type { Clock } from '../../../lib/clock.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { ContainerExit } from '../../../plugin/kernel-backend.ts'
import { describeError } from '../../agent-error.ts'
import { KERNEL_LABELS } from '../../kernels/labels.ts'

const eventSchema = v.object({
  Action: v.string(),
  time: v.number(),
  Actor: v.object({ ID: v.string(), Attributes: v.record(v.string(), v.string()) }),
})

const RETRY_MS = 1_000

/**
 * Follows exits of our containers until the signal, over reconnections: each picks up at the second where the last
 * one ended, so an exit may be told twice but is not missed.
 */
export async function followExits(
  docker: Docker,
  onExit: (exit: ContainerExit) => void,
  { clock, log, signal }: { clock: Clock; log: Logger; signal: AbortSignal },
): Promise<void> {
  let since = Math.floor(clock.now() / 1_000)
  const killedForMemory = new Set<string>()
  const take = (line: string) => {
    const parsed = v.safeParse(eventSchema, parseJson(line))
    if (!parsed.success) return
    const { Action, time, Actor } = parsed.output
    since = Math.max(since, time)
    const kernelId = Actor.Attributes[KERNEL_LABELS.kernelId]
    if (kernelId === undefined) return
    if (Action === 'oom') {
      killedForMemory.add(Actor.ID)
      onExit({ containerId: Actor.ID, kernelId, exitCode: null, outOfMemory: true })
      return
    }
    const exitCode = Number(Actor.Attributes.exitCode ?? '255')
    onExit({ containerId: Actor.ID, kernelId, exitCode, outOfMemory: killedForMemory.delete(Actor.ID) })
  }

  while (!signal.aborted) {
    try {
      await readLines(await openEvents(docker, since), take, signal)
    } catch (error) {
      if (!signal.aborted) log.warn({ error: describeError(error) }, "the engine's events are cut off")
    }
    await clock.sleep(RETRY_MS, signal).catch(() => undefined)
  }
}

const openEvents = (docker: Docker, since: number): Promise<NodeJS.ReadableStream> =>
  docker.getEvents({
    since,
    filters: { type: ['container'], event: ['die', 'oom'], label: [KERNEL_LABELS.kernelId] },
  })

async function readLines(
  stream: NodeJS.ReadableStream,
  take: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = () => {
    if (stream instanceof Readable) stream.destroy()
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    let rest = ''
    const decoder = new TextDecoder()
    for await (const chunk of stream) {
      const lines = `${rest}${decoder.decode(chunk as Uint8Array, { stream: true })}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') take(line)
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
