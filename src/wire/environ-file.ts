/**
 * environ.txt: one `KEY=VALUE` per line, as the original's runner reads it. A value cannot hold a line break there, so
 * one that does is written as JSON text in double quotes; the agent writes and the runner reads with this file.
 * @throws RangeError on a name or value that no environment can hold.
 */
export function formatEnvironFile(environ: Readonly<Record<string, string>>): string {
  return Object.entries(environ)
    .map(([name, value]) => {
      if (name === '' || /[=\0\r\n]/.test(name)) {
        throw new RangeError(`"${name}" is no name of an environment variable`)
      }
      if (value.includes('\0')) throw new RangeError(`the value of "${name}" holds a NUL byte`)
      return `${name}=${mustQuote(value) ? JSON.stringify(value) : value}\n`
    })
    .join('')
}

/** Lines cannot hold a break, and what already looks quoted must not be taken for our quoting. */
const mustQuote = (value: string): boolean => /[\r\n]/.test(value) || unescaped(value) !== value

export function parseEnvironFile(text: string): Record<string, string> {
  const environ: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const cut = line.indexOf('=')
    if (cut < 1) continue
    environ[line.slice(0, cut)] = unescaped(line.slice(cut + 1))
  }
  return environ
}

function unescaped(text: string): string {
  if (!/^".*"$/.test(text)) return text
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}
