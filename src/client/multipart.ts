/** One part of a multipart body. */
export interface Part {
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}

export interface UploadFile {
  /** Path inside the session, relative to its home directory. */
  path: string
  content: Uint8Array
}

/** A `multipart/form-data` body whose parts are all named `src`. */
export function encodeUpload(
  files: readonly UploadFile[],
  boundary: string,
): { bytes: Uint8Array<ArrayBuffer>; contentType: string } {
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  for (const file of files) {
    const name = encodeURIComponent(file.path)
    const head = [
      `--${boundary}`,
      `Content-Disposition: form-data; name="src"; filename="${name}"`,
      'Content-Type: application/octet-stream',
    ].join('\r\n')
    pieces.push(encoder.encode(`${head}\r\n\r\n`), file.content, encoder.encode('\r\n'))
  }
  pieces.push(encoder.encode(`--${boundary}--\r\n`))
  return { bytes: concat(pieces), contentType: `multipart/form-data; boundary=${boundary}` }
}

/**
 * The parts of a multipart body.
 * @throws RangeError when the type names no boundary or the body is cut off.
 */
export function decodeMultipart(body: Uint8Array, contentType: string): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  if (!boundary) throw new RangeError(`no multipart boundary in "${contentType}"`)
  const mark = new TextEncoder().encode(`--${boundary[1] ?? boundary[2]}`)
  const parts: Part[] = []
  let at = indexOf(body, mark, 0)
  while (at >= 0) {
    const start = at + mark.length
    if (body[start] === DASH && body[start + 1] === DASH) return parts
    const next = indexOf(body, mark, start)
    if (next < 0) break
    // Between the marks stand CRLF, the part, CRLF.
    parts.push(partOf(body.subarray(start + 2, next - 2)))
    at = next
  }
  throw new RangeError('the multipart body is cut off')
}

const DASH = '-'.charCodeAt(0)
const BLANK_LINE = new TextEncoder().encode('\r\n\r\n')

function partOf(bytes: Uint8Array): Part {
  // A part without headers begins with the blank line itself.
  const isBare = bytes[0] === 13 && bytes[1] === 10
  const end = isBare ? 0 : indexOf(bytes, BLANK_LINE, 0)
  if (end < 0) throw new RangeError('a multipart part has no end of its headers')
  const head = new TextDecoder().decode(bytes.subarray(0, end))
  const headers = head
    .split('\r\n')
    .filter((line) => line.includes(':'))
    .map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    })
  return {
    headers: Object.fromEntries(headers),
    body: bytes.subarray(end + (isBare ? 2 : BLANK_LINE.length)),
  }
}

function indexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0] ?? 0
  for (let at = haystack.indexOf(first, from); at >= 0; at = haystack.indexOf(first, at + 1)) {
    if (needle.every((byte, offset) => haystack[at + offset] === byte)) return at
  }
  return -1
}

function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
