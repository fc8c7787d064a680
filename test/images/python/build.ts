/** Builds the Python image into an engine, from the Debian mirrors of this machine: `bun test/images/python/build.ts`. */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Docker from 'dockerode'
import { type EngineAddress, usualEngine } from '../../harness/engine-address.ts'
import { exclusively } from '../../harness/exclusively.ts'
import { debianSources } from '../debian-sources.ts'
import { PYTHON_IMAGE, PYTHON_RECIPE } from './recipe.ts'

const RECIPE_LABEL = 'ai.backend.test.recipe'
const cache = join(import.meta.dir, '../../../.cache/images')

const digest = (): string =>
  new Bun.CryptoHasher('sha256').update(JSON.stringify(PYTHON_RECIPE)).digest('hex').slice(0, 16)

const clientOf = ({ socketPath, url }: EngineAddress): Docker =>
  socketPath === null
    ? new Docker({ host: new URL(url).hostname, port: new URL(url).port })
    : new Docker({ socketPath })

/** Builds unless the engine has it already; the root file system is kept, so that a fresh engine costs a second. */
export async function buildPythonImage(
  engine: EngineAddress,
  say: (line: string) => void = () => {},
): Promise<string> {
  const docker = clientOf(engine)
  const recipe = digest()
  const present = await docker
    .getImage(PYTHON_IMAGE)
    .inspect()
    .catch(() => null)
  if (present?.Config.Labels?.[RECIPE_LABEL] === recipe) return PYTHON_IMAGE
  const rootfs = await exclusively(join(cache, 'lock'), () => pack(recipe, say))
  const labels = { ...PYTHON_RECIPE.labels, [RECIPE_LABEL]: recipe }
  const changes = Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`)
  const split = PYTHON_IMAGE.lastIndexOf(':')
  const progress = await docker.importImage(rootfs, {
    repo: PYTHON_IMAGE.slice(0, split),
    tag: PYTHON_IMAGE.slice(split + 1),
    changes: [...changes, 'ENV LANG=C.UTF-8', 'CMD ["/usr/bin/python3"]'],
  })
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())),
  )
  await docker.getImage(PYTHON_IMAGE).inspect()
  return PYTHON_IMAGE
}

/** The root file system as a tar file, made once per recipe. */
async function pack(recipe: string, say: (line: string) => void): Promise<string> {
  const target = join(cache, `python-${recipe}.tar`)
  if (existsSync(target) && statSync(target).size > 0) return target
  if (process.getuid?.() !== 0) throw new Error('building the Python image needs root')
  if (!Bun.which('mmdebstrap'))
    throw new Error('building the Python image needs the Debian package "mmdebstrap"')
  const { release, packages, exclude } = PYTHON_RECIPE
  const sources = debianSources(release)
  if (sources.length === 0)
    throw new Error(`no mirror of Debian ${release} in this machine's apt configuration`)
  mkdirSync(cache, { recursive: true })
  say(`packing ${PYTHON_IMAGE} from Debian packages`)
  const scratch = `${target}.${process.pid}.tar`
  const child = Bun.spawn(
    [
      'mmdebstrap',
      '--variant=essential',
      `--include=${packages.join(',')}`,
      ...exclude.map((path) => `--dpkgopt=path-exclude=${path}`),
      release,
      scratch,
      '-',
    ],
    { stdin: new Blob([`${sources.join('\n')}\n`]), stdout: 'ignore', stderr: 'pipe' },
  )
  const [code, log] = await Promise.all([child.exited, new Response(child.stderr).text()])
  if (code !== 0) {
    rmSync(scratch, { force: true })
    throw new Error(`mmdebstrap ended with ${code}:\n${log.trim().split('\n').slice(-10).join('\n')}`)
  }
  renameSync(scratch, target)
  return target
}

if (import.meta.main) {
  process.exitCode = await buildPythonImage(usualEngine(), (line) => console.log(line)).then(
    (name) => {
      console.log(`${name} is ready`)
      return 0
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error))
      return 1
    },
  )
}
