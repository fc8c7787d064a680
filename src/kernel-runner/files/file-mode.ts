import type { Stats } from 'node:fs'

const BITS = 'rwxrwxrwx'

/** As `ls -l` writes it: `-rw-r--r--`. */
export function fileMode(stat: Stats): string {
  const kind = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : specialKind(stat)
  return kind + [...BITS].map((letter, index) => (stat.mode & (1 << (8 - index)) ? letter : '-')).join('')
}

function specialKind(stat: Stats): string {
  if (stat.isFIFO()) return 'p'
  if (stat.isSocket()) return 's'
  if (stat.isBlockDevice()) return 'b'
  return stat.isCharacterDevice() ? 'c' : '-'
}
