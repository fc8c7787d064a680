export interface ByteRange {
  start: number
  /** Not included. */
  end: number
}

/** The one range that `Range: bytes=…` asks of `size` bytes; null: all of them. `unsatisfiable` when it lies outside. */
export function byteRange(header: string | undefined, size: number): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  const [, from = '', to = ''] = match ?? []
  if (from === '' && to === '') return null
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size }
  }
  const start = Number(from)
  if (start >= size || (to !== '' && Number(to) < start)) return 'unsatisfiable'
  return { start, end: to === '' ? size : Math.min(Number(to) + 1, size) }
}
