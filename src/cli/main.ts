/** The command line alone, without the cluster: what is built for macOS and Windows. */
import { version } from '../../package.json'
import { runCli } from './program.ts'

async function main(argv: string[]): Promise<number> {
  if (argv[0] !== '--version' && argv[0] !== '-V') return runCli(argv)
  process.stdout.write(
    `backend.ai client ${version} (bun ${Bun.version}, ${process.platform}-${process.arch})\n`,
  )
  return 0
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()))

// `backend.ai ps | head` ends quietly when its reader leaves.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
const code = await main(process.argv.slice(2))
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
process.exit(code)
