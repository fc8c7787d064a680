import type { OutputFile, RunnerMessage } from '../../wire/runner-protocol.ts'
import type { RunOutput } from '../runtimes/runtime.ts'
import type { Outbox } from './outbox.ts'

/** Turns what one run produces into messages for the agent: text decoded across chunks, in order. */
export class RunRecorder implements RunOutput {
  readonly runId: string
  readonly #outbox: Outbox
  readonly #copy: (bytes: Uint8Array) => void
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  #asked: PromiseWithResolvers<string> | null = null

  /** @param copy gets every byte of output too, for the container's log */
  constructor(runId: string, outbox: Outbox, copy: (bytes: Uint8Array) => void) {
    this.runId = runId
    this.#outbox = outbox
    this.#copy = copy
  }

  emit(message: RunnerMessage): Promise<void> {
    this.#outbox.push(this.runId, message)
    return this.#outbox.room(this.runId)
  }

  async write(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
    this.#copy(bytes)
    await this.tell(stream, bytes)
  }

  /** Like `write`, for output that the container's log has already. */
  async tell(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
    const text = this.#decoders[stream].decode(bytes, { stream: true })
    if (text !== '') await this.emit({ type: stream, data: text })
  }

  ask(isPassword: boolean): Promise<string> {
    this.#asked = Promise.withResolvers<string>()
    this.#outbox.push(this.runId, { type: 'waiting-input', data: { is_password: isPassword } })
    return this.#asked.promise
  }

  /** False when nothing has been asked. */
  answer(text: string): boolean {
    if (!this.#asked) return false
    this.#asked.resolve(text)
    this.#asked = null
    return true
  }

  /** The end of a step; whatever was half decoded or asked is over. */
  finish(
    type: 'clean-finished' | 'build-finished' | 'finished',
    exitCode: number,
    files: readonly OutputFile[] = [],
  ): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#decoders[stream].decode()
      if (rest !== '') this.#outbox.push(this.runId, { type: stream, data: rest })
    }
    this.#asked?.reject(new Error('the step is over'))
    this.#asked = null
    this.#outbox.push(this.runId, {
      type,
      data: files.length > 0 ? { exitCode, files: [...files] } : { exitCode },
    })
  }
}
