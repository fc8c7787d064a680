/** Folders from the command line: filled, mounted in sessions, protected while they are, on both kernel backends. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { type CommandResult, runProduct } from '../harness/product.ts'
import { type Shape, startShape } from '../harness/shapes.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'

const PREPARE_MS = 240_000
const PLACES = [
  ['up', 'process'],
  ['up', 'docker'],
  ['cluster', 'process'],
] as const

describe.each(PLACES)('%s with %s', (shapeName, backend) => {
  let directory: TempDirectory
  let shape: Shape

  const cli = (...args: string[]): Promise<CommandResult> =>
    runProduct(args, {
      as: 'backend.ai',
      env: {
        BACKENDAI_DATA: shape.dataDir,
        HOME: directory.path,
        BACKEND_ENDPOINT: shape.endpoint,
        BACKEND_ACCESS_KEY: shape.accessKey,
        BACKEND_SECRET_KEY: shape.secretKey,
      },
      cwd: directory.path,
    })
  const succeeds = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(...args)
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
    return stdout
  }
  const shell = (mounts: string[], command: string): string[] => [
    ...['run', '-q', '--rm', ...mounts.flatMap((mount) => ['-m', mount])],
    ...['-c', `import subprocess; print(subprocess.getoutput(${JSON.stringify(command)}))`, 'python'],
  ]

  beforeAll(async () => {
    directory = tempDirectory('folders')
    shape = await startShape(shapeName, { backend })
  }, PREPARE_MS)
  afterAll(async () => {
    await shape?.[Symbol.asyncDispose]()
    directory[Symbol.dispose]()
  }, PREPARE_MS)

  test('files go in, are changed by two sessions, and come out', async () => {
    await Bun.write(directory.at('in.txt'), 'uploaded')
    await succeeds('vfolder', 'create', 'data')
    await succeeds('vfolder', 'mkdir', '-p', 'data', 'sub/deep')
    await succeeds('vfolder', 'upload', 'data', 'in.txt')
    const seen =
      'cat data/in.txt; echo; ls data; umask 077; mkdir data/made; echo one > data/made/f; chmod 700 data/made/f; echo two >> data/in.txt'
    expect(await succeeds(...shell(['data'], seen))).toBe('uploaded\nin.txt\nsub\n')
    const changed = 'echo three >> elsewhere/in.txt; ls -d elsewhere/*; rm -r elsewhere/sub'
    expect(await succeeds(...shell(['data:elsewhere'], changed))).toBe(
      'elsewhere/in.txt\nelsewhere/made\nelsewhere/sub\n',
    )
    await succeeds('vfolder', 'download', '-b', directory.at('out'), 'data', 'in.txt')
    expect(readFileSync(directory.at('out/in.txt'), 'utf8')).toBe('uploadedtwo\nthree\n')
  }, 120_000)

  test('part of a folder is mounted', async () => {
    await succeeds('vfolder', 'create', 'part')
    await succeeds('vfolder', 'mkdir', '-p', 'part', 'a/b')
    const write = 'touch inner/x && echo written; ls inner'
    expect(await succeeds(...shell(['part/a:inner'], write))).toBe('written\nb\nx\n')
    const listed = await cli('--json', 'vfolder', 'ls', 'part', 'a')
    expect(listed.stdout).toContain('"x"')
  }, 120_000)

  test('a dot-folder is in every session of its owner', async () => {
    await succeeds('vfolder', 'create', '.config')
    await succeeds(...shell([], 'echo kept > .config/setting'))
    expect(await succeeds(...shell([], 'cat .config/setting'))).toBe('kept\n')
    await succeeds('vfolder', 'delete', '.config')
  }, 120_000)

  test('a folder that is mounted is not deleted; later it goes, and its name is free', async () => {
    await succeeds('vfolder', 'create', 'busy')
    await succeeds('start', '--name', 'holder', '-m', 'busy', 'python')
    const refused = await cli('vfolder', 'delete', 'busy')
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('"holder"')
    await succeeds('rm', 'holder')
    await succeeds('vfolder', 'delete', 'busy')
    await succeeds('vfolder', 'create', 'busy')
    const missing = await cli('run', '--rm', '-m', 'nothing', '-c', '1', 'python')
    expect(missing.code).not.toBe(0)
    expect(missing.stderr).toContain('nothing')
  }, 120_000)
})
