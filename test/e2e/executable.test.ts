import { expect, test } from 'bun:test'
import { chmodSync, existsSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { version } from '../../package.json'
import { product, runProduct } from '../harness/product.ts'
import { tempDirectory } from '../harness/temp.ts'

/** A directory in which Bun itself would run and read whatever lies there. */
function hostileDirectory() {
  const directory = tempDirectory('hostile')
  const marker = directory.at('marker')
  const leave = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'ran')`
  writeFileSync(
    directory.at('bunfig.toml'),
    'preload = ["./preload.js"]\n[run]\npreload = ["./preload.js"]\n',
  )
  writeFileSync(directory.at('preload.js'), leave)
  writeFileSync(
    directory.at('.env'),
    'BACKENDAI_DEBUG=from-the-directory\nNODE_OPTIONS=--require=./preload.js\n',
  )
  writeFileSync(directory.at('package.json'), '{"type":"commonjs","main":"./preload.js"}')
  writeFileSync(directory.at('tsconfig.json'), '{"compilerOptions":{"paths":{"*":["./preload.js"]}}}')
  return { directory, marker }
}

test('--version and --help answer from an empty directory', async () => {
  using directory = tempDirectory('empty')
  const said = await runProduct(['--version'], { cwd: directory.path })
  expect(said).toMatchObject({ code: 0, stderr: '' })
  expect(said.stdout).toStartWith(`backendai ${version} (bun `)
  const help = await runProduct(['--help'], { cwd: directory.path })
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('usage: backendai COMMAND')
  for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('the executable adds less than 25 MB to the runtime', async () => {
  expect(statSync(await product()).size - statSync(realpathSync(process.execPath)).size).toBeLessThan(25e6)
})

test('a hostile working directory is neither run nor read', async () => {
  const { directory, marker } = hostileDirectory()
  using _ = directory
  for (const args of [['--version'], ['--help'], ['no-such-command'], ['mgr', '--help'], ['run', '--help']]) {
    const { stderr } = await runProduct(args, { cwd: directory.path })
    // The variable of .env would add a stack to the message.
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(existsSync(marker)).toBe(false)
  }
})

test('the hostile directory does bite the bare runtime, so the test above can fail', async () => {
  const { directory, marker } = hostileDirectory()
  using _ = directory
  const child = Bun.spawn([process.execPath, '-e', '0'], { cwd: directory.path, stderr: 'ignore' })
  await child.exited
  expect(existsSync(marker)).toBe(true)
})

test('an unknown command exits 2 and says where the commands are', async () => {
  using directory = tempDirectory('unknown')
  for (const as of ['backendai', 'backend.ai'] as const) {
    const { code, stdout, stderr } = await runProduct(['rnu'], { cwd: directory.path, as })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/rnu/)
    expect(stderr).toMatch(/--help|did you mean/i)
  }
})

test('a reader that leaves early is no error', async () => {
  using directory = tempDirectory('pipe')
  const script = directory.at('pipe.sh')
  writeFileSync(script, '#!/bin/bash\nset -o pipefail\n"$1" --help | head -n 1\n')
  chmodSync(script, 0o755)
  const { code } = await runProduct(['--version'])
  expect(code).toBe(0)
  const child = Bun.spawn(['bash', script, `${import.meta.dir}/../../dist/backendai`], { stdout: 'pipe' })
  expect(await new Response(child.stdout).text()).toContain('backendai')
  expect(await child.exited).toBe(0)
})

test('--help answers at once', async () => {
  await runProduct(['--help'])
  const samples: number[] = []
  for (let round = 0; round < 15; round += 1) {
    const started = performance.now()
    await runProduct(['--help'])
    samples.push(performance.now() - started)
  }
  // Measured 13 ms with the spawn; anything near 100 means that a role was imported.
  expect(Math.min(...samples)).toBeLessThan(60)
})
