const LEVELS: Record<number, readonly [name: string, color: string]> = {
  10: ['TRACE', '2'],
  20: ['DEBUG', '2'],
  30: ['INFO ', '32'],
  40: ['WARN ', '33'],
  50: ['ERROR', '31'],
  60: ['FATAL', '35'],
}

/** One JSON log line for people: `12:34:56.789 INFO  session started  sessionId=…`. */
export function prettyLine(line: string, options: { colored: boolean; verbose: boolean }): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>
  const [name, color] = LEVELS[Number(level)] ?? ['?', '0']
  const when = String(time).slice(11, 23)
  const paint = (code: string, text: string) => (options.colored ? `\u001b[${code}m${text}\u001b[0m` : text)
  const details = Object.entries(fields).map(([key, value]) => `${key}=${show(value)}`)
  const error = errorText(err, options.verbose)
  return `${paint('2', when)} ${paint(color, name)} ${String(msg)}${
    details.length > 0 ? paint('2', `  ${details.join(' ')}`) : ''
  }${error}\n`
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function errorText(err: unknown, verbose: boolean): string {
  if (typeof err !== 'object' || err === null) return ''
  const { message, stack } = err as { message?: string; stack?: string }
  return `\n  ${verbose && stack ? stack.replaceAll('\n', '\n  ') : message}`
}
