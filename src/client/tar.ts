/** One member of a tar archive; `other` is a link, pipe or device, by its name only. */
export interface TarEntry {
  path: string
  kind: 'file' | 'directory' | 'other'
  /** Permission bits. */
  mode: number
  /** Seconds since the epoch. */
  mtime: number
  content: Uint8Array
}

const BLOCK = 512
const decoder = new TextDecoder()

/**
 * The members of a POSIX tar archive (ustar, GNU long names, pax paths). Paths are as they stand in the archive: the caller keeps them inside its directory.
 * @throws RangeError when the archive is cut off or damaged.
 */
export function readTar(archive: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = []
  let longName: string | null = null
  let at = 0
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) break
    checkSum(header)
    const size = number(header, 124, 12)
    const content = archive.subarray(at + BLOCK, at + BLOCK + size)
    if (content.length < size) throw new RangeError('the archive is cut off')
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'L') {
      longName = text(content, 0, size)
      continue
    }
    if (type === 'x') {
      longName = paxPath(content) ?? longName
      continue
    }
    if (type === 'g' || type === 'K') continue
    const kind = kindOf(type)
    const path = longName ?? nameOf(header)
    longName = null
    if (!path) continue
    entries.push({
      path,
      kind,
      mode: number(header, 100, 8) & 0o7777,
      mtime: number(header, 136, 12),
      content,
    })
  }
  return entries
}

function kindOf(type: string): TarEntry['kind'] {
  if (type === '0' || type === '\0' || type === '7') return 'file'
  return type === '5' ? 'directory' : 'other'
}

function nameOf(header: Uint8Array): string {
  const name = text(header, 0, 100)
  const isUstar = text(header, 257, 5) === 'ustar'
  const prefix = isUstar ? text(header, 345, 155) : ''
  return prefix ? `${prefix}/${name}` : name
}

/** `27 path=some/long/name\n` among other records. */
function paxPath(content: Uint8Array): string | null {
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(32, at)
    const length = Number(decoder.decode(content.subarray(at, space)))
    if (space < 0 || !(length > 0)) return null
    const record = decoder.decode(content.subarray(space + 1, at + length - 1))
    if (record.startsWith('path=')) return record.slice('path='.length)
    at += length
  }
  return null
}

function checkSum(header: Uint8Array): void {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (sum !== number(header, 148, 8)) throw new RangeError('the archive is damaged')
}

function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length)
  const end = field.indexOf(0)
  return decoder.decode(end < 0 ? field : field.subarray(0, end))
}

/** Octal digits, or GNU's big-endian binary marked by the top bit. */
function number(bytes: Uint8Array, from: number, length: number): number {
  const field = bytes.subarray(from, from + length)
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(text(field, 0, length).trim() || '0', 8)
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] ?? 0) & 0x7f)
}
