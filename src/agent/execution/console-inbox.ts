import type { ConsoleItem } from '../../wire/agent-rpc.ts'
import type { RunnerMessage } from '../../wire/runner-protocol.ts'

type Numbered = { seq: number; message: RunnerMessage }

export interface Gathered {
  console: ConsoleItem[]
  /** The message that ends the answer, or null: more may follow. */
  end: Extract<
    RunnerMessage,
    { type: 'waiting-input' | 'clean-finished' | 'build-finished' | 'finished' }
  > | null
  /** Everything up to here is in the answers given so far, */
  takenSeq: number
  /** and so many characters of the message after it. */
  takenChars: number
  /** A stream reached its limit; the rest is ready for the next answer. */
  isFull: boolean
}

/** Characters of all kinds in one answer, at which it goes out early: the runner holds its process back at 4 Mi. */
const ANSWER_LIMIT = 2 * 1024 * 1024

/** Messages of one run that no answer has told yet, in order. */
export class ConsoleInbox {
  #messages: Numbered[] = []
  #lastSeq = 0
  #takenSeq = 0
  #takenChars = 0
  #size = 0
  #ended = false

  /** False for a message that came again after a reconnection. */
  push(seq: number, message: RunnerMessage): boolean {
    if (seq <= this.#lastSeq) return false
    this.#lastSeq = seq
    this.#messages.push({ seq, message })
    if (message.type === 'media') this.#size += message.data.data.length
    else if (typeof message.data === 'string') this.#size += message.data.length
    else this.#ended = true
    return true
  }

  /** Whether an answer can go out without waiting longer. */
  isReady(maxChars: number): boolean {
    return this.#ended || this.#size >= Math.min(maxChars, ANSWER_LIMIT)
  }

  /** Takes one answer's worth: up to a message that ends it, or a limit. */
  gather(maxChars: number): Gathered {
    const console: ConsoleItem[] = []
    const room = { stdout: maxChars, stderr: maxChars }
    let isFull = false
    let end: Gathered['end'] = null
    let index = 0
    for (; index < this.#messages.length && !end && !isFull; index += 1) {
      const entry = this.#messages[index]
      if (!entry) break
      const { message, seq } = entry
      if (isEnd(message)) end = message
      else if (message.type === 'media') console.push(['media', [message.data.type, message.data.data]])
      else if (message.type === 'html' || message.type === 'log') console.push([message.type, message.data])
      else {
        const [now, later] = cut(message.data, room[message.type])
        room[message.type] -= now.length
        append(console, message.type, now)
        if (later !== '') {
          this.#messages[index] = { seq, message: { type: message.type, data: later } }
          this.#takenChars += now.length
          isFull = true
          break
        }
      }
      this.#takenSeq = seq
      this.#takenChars = 0
    }
    this.#messages.splice(0, index)
    this.#recount()
    return { console, end, takenSeq: this.#takenSeq, takenChars: this.#takenChars, isFull }
  }

  #recount(): void {
    this.#size = 0
    this.#ended = false
    for (const { message } of this.#messages) {
      if (message.type === 'media') this.#size += message.data.data.length
      else if (typeof message.data === 'string') this.#size += message.data.length
      else this.#ended = true
    }
  }
}

function isEnd(message: RunnerMessage): message is NonNullable<Gathered['end']> {
  return typeof message.data === 'object' && message.type !== 'media'
}

function append(console: ConsoleItem[], type: 'stdout' | 'stderr', text: string): void {
  if (text === '') return
  const last = console.at(-1)
  if (last?.[0] === type) console[console.length - 1] = [type, `${String(last[1])}${text}`]
  else console.push([type, text])
}

/** At most `room` UTF-16 units, without cutting a character in two. */
function cut(text: string, room: number): [now: string, later: string] {
  if (text.length <= room) return [text, '']
  const last = text.charCodeAt(room - 1)
  const isHalf = room > 0 && last >= 0xd800 && last <= 0xdbff
  // Room for half a character only: better over the limit than never.
  const at = isHalf ? (room === 1 ? 2 : room - 1) : room
  return [text.slice(0, at), text.slice(at)]
}
