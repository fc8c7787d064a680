import { crc32 } from 'node:zlib'

/** A file, or with null a directory, of an archive. */
export interface ZipEntry {
  /** Relative, with `/` between names and none at the end. */
  path: string
  modifiedAt: Date
  content: { size: number; stream: () => ReadableStream<Uint8Array> } | null
}

interface Written {
  name: Buffer
  isFile: boolean
  modified: { time: number; date: number }
  crc: number
  size: bigint
  packed: bigint
  offset: bigint
  isLarge: boolean
}

/** Sizes follow their data; names are UTF-8. */
const FLAGS = 0x0808
const DEFLATED = 8
/** From here on sizes and offsets take eight bytes; deflate may add a little. */
const LARGE = 0xf000_0000
const MAX_32 = 0xffff_ffff
const MAX_16 = 0xffff

/** A zip archive written as it is read: deflated, in the order of its entries, of any size. */
export async function* zipStream(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let offset = 0n
  for await (const entry of entries) {
    const one: Written = {
      name: Buffer.from(entry.content ? entry.path : `${entry.path}/`),
      isFile: entry.content !== null,
      modified: dosTime(entry.modifiedAt),
      crc: 0,
      size: 0n,
      packed: 0n,
      offset,
      isLarge: (entry.content?.size ?? 0) >= LARGE,
    }
    const head = localHeader(one)
    yield head
    offset += BigInt(head.length)
    if (entry.content) {
      for await (const chunk of deflated(entry.content.stream(), one)) {
        one.packed += BigInt(chunk.length)
        yield chunk
      }
      const tail = dataDescriptor(one)
      yield tail
      offset += one.packed + BigInt(tail.length)
    }
    written.push(one)
  }
  const start = offset
  for (const one of written) {
    const record = centralRecord(one)
    offset += BigInt(record.length)
    yield record
  }
  yield endRecords(written.length, start, offset - start)
}

async function* deflated(content: ReadableStream<Uint8Array>, one: Written): AsyncGenerator<Uint8Array> {
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      one.crc = crc32(chunk, one.crc)
      one.size += BigInt(chunk.length)
      controller.enqueue(chunk)
    },
  })
  const packing = new CompressionStream('deflate-raw') as unknown as TransformStream<Uint8Array, Uint8Array>
  yield* content.pipeThrough(counted).pipeThrough(packing)
}

const dosTime = (at: Date) => ({
  time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
  date: (Math.max(0, at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
})

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}
const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

const flagsOf = ({ isFile }: Written): number => (isFile ? FLAGS : FLAGS & ~0x0008)
const common = (one: Written): Buffer[] => [
  u16(one.isLarge ? 45 : 20),
  u16(flagsOf(one)),
  u16(one.isFile ? DEFLATED : 0),
  u16(one.modified.time),
  u16(one.modified.date),
]

function localHeader(one: Written): Buffer {
  const extra = one.isLarge ? Buffer.concat([u16(1), u16(16), u64(0n), u64(0n)]) : Buffer.alloc(0)
  const sizes = one.isLarge ? [u32(MAX_32), u32(MAX_32)] : [u32(0), u32(0)]
  return Buffer.concat([
    u32(0x04034b50),
    ...common(one),
    u32(0),
    ...sizes,
    u16(one.name.length),
    u16(extra.length),
    one.name,
    extra,
  ])
}

function dataDescriptor({ crc, packed, size, isLarge }: Written): Buffer {
  const sizes = isLarge ? [u64(packed), u64(size)] : [u32(Number(packed)), u32(Number(size))]
  return Buffer.concat([u32(0x08074b50), u32(crc), ...sizes])
}

function centralRecord(one: Written): Buffer {
  const isFar = one.offset >= BigInt(LARGE)
  const long = [...(one.isLarge ? [u64(one.size), u64(one.packed)] : []), ...(isFar ? [u64(one.offset)] : [])]
  const fields = Buffer.concat(long)
  const extra = fields.length > 0 ? Buffer.concat([u16(1), u16(fields.length), fields]) : fields
  const sizes = one.isLarge ? [u32(MAX_32), u32(MAX_32)] : [u32(Number(one.packed)), u32(Number(one.size))]
  // Permission bits and type as Unix has them.
  const mode = one.isFile ? 0o100644 : 0o040755
  return Buffer.concat([
    u32(0x02014b50),
    u16(0x0300 | 45),
    ...common(one),
    u32(one.crc),
    ...sizes,
    u16(one.name.length),
    u16(extra.length),
    ...[u16(0), u16(0), u16(0)],
    u32(mode * 0x10000 + (one.isFile ? 0 : 0x10)),
    u32(isFar ? MAX_32 : Number(one.offset)),
    one.name,
    extra,
  ])
}

function endRecords(count: number, start: bigint, length: bigint): Buffer {
  const isLong = count >= MAX_16 || start + length >= BigInt(LARGE)
  const long = Buffer.concat([
    ...[u32(0x06064b50), u64(44n), u16(45), u16(45), u32(0), u32(0)],
    ...[u64(BigInt(count)), u64(BigInt(count)), u64(length), u64(start)],
    ...[u32(0x07064b50), u32(0), u64(start + length), u32(1)],
  ])
  const short = Buffer.concat([
    ...[u32(0x06054b50), u16(0), u16(0)],
    ...[u16(Math.min(count, MAX_16)), u16(Math.min(count, MAX_16))],
    ...(isLong ? [u32(MAX_32), u32(MAX_32)] : [u32(Number(length)), u32(Number(start))]),
    u16(0),
  ])
  return isLong ? Buffer.concat([long, short]) : short
}
