/** A ustar archive of regular files, written independently of the reader under test. */
export function tarOf(files: readonly { path: string; content: string; type?: string }[]): Buffer {
  const blocks = files.flatMap(({ path, content, type = '0' }) => {
    const body = Buffer.from(content)
    const header = Buffer.alloc(512)
    header.write(path, 0)
    header.write('0000644\0', 100)
    header.write('0001750\0', 108)
    header.write('0001750\0', 116)
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('14652000000\0', 136)
    header.write('        ', 148)
    header.write(type, 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
