import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from '../../harness/exclusively.ts'

const CACHE = join(import.meta.dir, '../../../.cache/bench')
const VENV = join(CACHE, 'jupyter')
const PACKAGES = ['jupyter_client==7.4.9', 'ipykernel==6.17.0']
const COMPLETE = join(VENV, 'complete')

export interface Jupyter extends AsyncDisposable {
  /** Milliseconds of each of `count` runs of print(1), from the request until the kernel is idle and has replied. */
  printOne(count: number): Promise<number[]>
}

/** Starts a Jupyter kernel on this machine; its packages are installed once below .cache. */
export async function startJupyter(): Promise<Jupyter> {
  await install()
  const child = Bun.spawn([join(VENV, 'bin/python'), join(import.meta.dir, 'jupyter-peer.py')], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    env: {
      ...process.env,
      IPYTHONDIR: join(CACHE, 'ipython'),
      JUPYTER_CONFIG_DIR: join(CACHE, 'jupyter-config'),
    },
  })
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(splitLines()).getReader()
  const nextLine = async (): Promise<string> => {
    const { value } = await lines.read()
    if (value !== undefined) return value
    throw new Error(`Jupyter ended: ${await new Response(child.stderr).text()}`)
  }
  if ((await nextLine()) !== 'ready') throw new Error('Jupyter did not get ready')
  return {
    async printOne(count) {
      child.stdin.write(`${count}\n`)
      await child.stdin.flush()
      return JSON.parse(await nextLine()) as number[]
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.end()
      await child.exited
    },
  }
}

async function install(): Promise<void> {
  await exclusively(join(CACHE, 'jupyter.lock'), async () => {
    if (existsSync(COMPLETE)) return
    rmSync(VENV, { recursive: true, force: true })
    await succeed(['python3', '-m', 'venv', VENV])
    await succeed([join(VENV, 'bin/pip'), 'install', '-q', '--disable-pip-version-check', ...PACKAGES])
    writeFileSync(COMPLETE, '')
  })
}

async function succeed(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const [code, error] = await Promise.all([child.exited, new Response(child.stderr).text()])
  if (code !== 0)
    throw new Error(`${command.slice(0, 3).join(' ')} ended with ${code}: ${error.trim().split('\n').at(-1)}`)
}

function splitLines(): TransformStream<string, string> {
  let rest = ''
  return new TransformStream({
    transform(chunk, controller) {
      const pieces = (rest + chunk).split('\n')
      rest = pieces.pop() ?? ''
      for (const piece of pieces) controller.enqueue(piece)
    },
  })
}
