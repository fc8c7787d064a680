import { open } from 'node:fs/promises'

/** What a dynamically linked ELF executable asks for. */
export interface ElfDependencies {
  /** Path of its loader; null = statically linked. */
  interpreter: string | null
  /** Names of shared libraries (DT_NEEDED). */
  needed: string[]
}

const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const DT_NEEDED = 1n
const DT_STRTAB = 5n

interface Segment {
  type: number
  offset: number
  address: bigint
  size: number
}

/** Reads a 64-bit little-endian ELF file; only its headers and its dynamic section are loaded. */
export async function elfDependencies(path: string): Promise<ElfDependencies> {
  const file = await open(path, 'r')
  const bytes = async (offset: number, length: number): Promise<DataView> => {
    const buffer = new Uint8Array(length)
    await file.read(buffer, 0, length, offset)
    return new DataView(buffer.buffer)
  }
  try {
    const header = await bytes(0, 64)
    if (header.getUint32(0) !== 0x7f454c46 || header.getUint8(4) !== 2)
      throw new Error(`${path} is no 64-bit ELF file`)
    const start = Number(header.getBigUint64(32, true))
    const entrySize = header.getUint16(54, true)
    const count = header.getUint16(56, true)
    const table = await bytes(start, entrySize * count)
    const segments = Array.from({ length: count }, (_, index): Segment => {
      const at = index * entrySize
      return {
        type: table.getUint32(at, true),
        offset: Number(table.getBigUint64(at + 8, true)),
        address: table.getBigUint64(at + 16, true),
        size: Number(table.getBigUint64(at + 32, true)),
      }
    })
    const text = async (offset: number, length: number): Promise<string> => {
      const view = await bytes(offset, length)
      const decoded = new TextDecoder().decode(view)
      return decoded.slice(0, Math.max(0, decoded.indexOf('\0')))
    }
    const interp = segments.find(({ type }) => type === PT_INTERP)
    const dynamic = segments.find(({ type }) => type === PT_DYNAMIC)
    const interpreter = interp ? await text(interp.offset, interp.size) : null
    if (!dynamic) return { interpreter, needed: [] }
    const entries = await bytes(dynamic.offset, dynamic.size)
    const offsets: number[] = []
    let strings = 0
    for (let at = 0; at + 16 <= dynamic.size; at += 16) {
      const tag = entries.getBigInt64(at, true)
      const value = entries.getBigUint64(at + 8, true)
      if (tag === DT_NEEDED) offsets.push(Number(value))
      if (tag === DT_STRTAB) strings = fileOffset(segments, value)
    }
    return { interpreter, needed: await Promise.all(offsets.map((offset) => text(strings + offset, 256))) }
  } finally {
    await file.close()
  }
}

/** Where in the file the byte lies that is loaded at `address`. */
function fileOffset(segments: readonly Segment[], address: bigint): number {
  const home = segments.find(
    ({ type, address: start, size }) =>
      type === PT_LOAD && address >= start && address < start + BigInt(size),
  )
  return home ? home.offset + Number(address - home.address) : Number(address)
}
