const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 base 32 without padding; bits past the last whole letter are dropped. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = bits.match(/.{5}/g) ?? []
  return letters.map((five) => LETTERS[Number.parseInt(five, 2)]).join('')
}

/** The bytes of base 32 text; null when a letter is none of it. */
export function fromBase32(text: string): Uint8Array | null {
  const indexes = [...text.toUpperCase().replace(/=+$/, '')].map((letter) => LETTERS.indexOf(letter))
  if (indexes.includes(-1)) return null
  const bits = indexes.map((index) => index.toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2))
}
