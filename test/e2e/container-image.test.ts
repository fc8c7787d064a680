import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { requireDocker } from '../harness/docker.ts'
import { engineAddress } from '../harness/engine-address.ts'
import { product } from '../harness/product.ts'
import { importImage } from '../images/import-image.ts'

const root = join(import.meta.dir, '../..')
const TAG = 'backendai-test:latest'

/** Stands in for the Dockerfile's base where no registry is reachable. */
const DEBIAN_SLIM = {
  image: 'debian:bookworm-slim',
  rootfs: { name: 'debian-slim', release: 'bookworm', packages: ['ca-certificates'] },
  labels: {},
  changes: ['CMD ["bash"]'],
}

async function docker(host: string, ...args: string[]) {
  const child = Bun.spawn(['docker', ...args], {
    cwd: root,
    env: { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`)
  return stdout
}

test('the image runs the executable under both names, and every role', async () => {
  await product()
  await using engine = await requireDocker()
  await importImage(engineAddress(engine.host), DEBIAN_SLIM)
  await docker(engine.host, 'build', '-t', TAG, '.')
  const run = (...args: string[]) => docker(engine.host, 'run', '--rm', ...args)
  expect(await run(TAG, '--version')).toStartWith('backendai ')
  expect(await run('--entrypoint', 'backend.ai', TAG, '--help')).toContain('backend.ai')
  for (const role of ['up', 'manager', 'agent', 'storage-proxy', 'webserver', 'app-proxy', 'watcher']) {
    expect(await run(TAG, role, '--help')).toContain(`backendai ${role}`)
  }
  await docker(engine.host, 'rmi', '-f', TAG)
}, 300_000)
