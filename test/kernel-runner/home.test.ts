import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repairSsh } from '../../src/kernel-runner/home/repair-ssh.ts'
import { until } from '../harness/until.ts'
import { RUN_DEFAULTS, startKernel } from './start-kernel.ts'

/** A PATH on which there is a shell's worth of commands, `python3`, and no `python`. */
async function pathWithoutPython(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'path-'))
  for (const name of ['python3', 'sh', 'cat', 'ls', 'env']) {
    await symlink(Bun.which(name) ?? '', join(path, name))
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('where there is only python3, python works too: in commands, in children, and asking for input', async () => {
  await using place = await pathWithoutPython()
  await using kernel = await startKernel({
    environ: `PATH=${place.path}`,
    files: { 'main.py': 'print("hello", input("? "))' },
  })
  const run = await kernel.batch({ exec: `python -c 'print(1)'; env python -c 'print(2)'` })
  expect(run).toMatchObject({ stdout: '1\n2\n', stderr: '', exitCode: 0 })
  const inner = await kernel.query(`import subprocess; print(subprocess.getoutput('python -c "print(3)"'))`)
  expect(inner.stdout).toBe('3\n')
  const options = { exec: 'python main.py' }
  const first = await kernel.link.execute({ ...RUN_DEFAULTS, runId: 'x', mode: 'batch', code: '', options })
  expect((await kernel.follow(first, () => 'ada')).stdout).toBe('? hello ada\n')
  const link = join(kernel.workDir, '.backend.ai/bin/python')
  expect(await readlink(link)).toContain('python3')
})

test('a python that is there is left alone', async () => {
  await using place = await pathWithoutPython()
  await writeFile(join(place.path, 'python'), '#!/bin/sh\necho own', { mode: 0o755 })
  await using kernel = await startKernel({ environ: `PATH=${place.path}` })
  expect((await kernel.batch({ exec: 'python' })).stdout).toBe('own\n')
  await expect(lstat(join(kernel.workDir, '.backend.ai'))).rejects.toThrow()
})

test('bootstrap.sh runs once, before the first code, and finds what the code finds', async () => {
  await using kernel = await startKernel({
    environ: 'GREETING=hi',
    files: { 'bootstrap.sh': 'sleep 0.2; echo "$GREETING" >> trace; mkdir lib; echo "x = 1" > lib/own.py' },
  })
  expect(await kernel.query('print(open("trace").read())')).toMatchObject({ stdout: 'hi\n\n', stderr: '' })
  expect((await kernel.batch({ exec: 'cat trace' })).stdout).toBe('hi\n')
})

test('packages that bootstrap.sh installs for the user can be imported', async () => {
  const script = `#!/bin/sh
folder=$(python3 -c 'import site; print(site.getusersitepackages())')
mkdir -p "$folder" && echo 'value = 42' > "$folder/fresh_package.py"`
  await using kernel = await startKernel({ files: { 'bootstrap.sh': script } })
  expect((await kernel.query('import fresh_package; print(fresh_package.value)')).stdout).toBe('42\n')
})

test('a bootstrap.sh that fails does not keep code from running; one that hangs can be interrupted', async () => {
  await using failing = await startKernel({ runtime: 'app', files: { 'bootstrap.sh': 'exit 3' } })
  expect((await failing.query('echo on')).stdout).toBe('on\n')
  await using hanging = await startKernel({
    runtime: 'app',
    files: { 'bootstrap.sh': '#!/bin/sh\necho > started; exec sleep 600' },
  })
  await until(() => existsSync(join(hanging.workDir, 'started')))
  const call = { ...RUN_DEFAULTS, runId: 'x', mode: 'query', code: 'cat started; echo on' } as const
  let result = await hanging.link.execute({ ...call, flushTimeoutMs: 200 })
  while (result.status === 'continued') {
    await hanging.link.interrupt()
    result = await hanging.link.execute({ ...call, mode: 'continue', flushTimeoutMs: 50 })
  }
  expect(result.console).toEqual([['stdout', '\non\n']])
})

test('.ssh is made as private as ssh demands, and what its links lead to is left alone', async () => {
  const work = await mkdtemp(join(tmpdir(), 'ssh-'))
  await using _ = { [Symbol.asyncDispose]: () => rm(work, { recursive: true }) }
  const ssh = join(work, '.ssh')
  await mkdir(join(ssh, 'sub'), { recursive: true })
  for (const name of ['id_rsa', 'authorized_keys', 'config', 'id_rsa.pub', 'known_hosts', '../other']) {
    await writeFile(join(ssh, name), name)
    await chmod(join(ssh, name), 0o666)
  }
  await chmod(join(ssh, 'id_rsa'), 0o000)
  await chmod(ssh, 0o777)
  await symlink('../other', join(ssh, 'link'))
  await repairSsh(work)
  const modeOf = async (name: string) => ((await stat(join(ssh, name))).mode & 0o777).toString(8)
  const modes = ['.', 'id_rsa', 'authorized_keys', 'config', 'id_rsa.pub', 'known_hosts', 'link']
  expect(await Promise.all(modes.map(modeOf))).toEqual(['700', '600', '600', '600', '644', '644', '666'])
})
