/** One server-sent event. */
export interface ServerEvent {
  event: string
  data: string
  /** The last id seen so far. */
  id: string | undefined
}

/** Events of a `text/event-stream` body; `onRetry` gets the pause in ms that the server asks for. */
export async function* parseEvents(
  body: ReadableStream<Uint8Array>,
  onRetry: (ms: number) => void = () => {},
): AsyncGenerator<ServerEvent> {
  let event = ''
  let data: string[] = []
  let id: string | undefined
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id }
      event = ''
      data = []
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) onRetry(Number(value))
  }
}

/** Lines ended by LF, CRLF or CR; an unfinished last line is dropped, as the standard says. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      rest += decoder.decode(value, { stream: true })
      // A CR at the very end may be the first half of CRLF.
      const pieces = rest.split(/\r\n|\n|\r(?!$)/)
      rest = pieces.pop() ?? ''
      yield* pieces
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
