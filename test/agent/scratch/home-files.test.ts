import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { homeFiles, relativeToHome } from '../../../src/agent/scratch/home-files.ts'
import { tempDirectory } from '../../harness/temp.ts'
import { kernelConfig } from '../fixtures/fake-world.ts'

const filesOf = (change: object) =>
  new Map(homeFiles(kernelConfig('k', change)).map(({ path, content, mode }) => [path, { content, mode }]))

test('a home is seeded, and dotfiles of the user win', () => {
  const files = filesOf({
    bootstrapScript: 'echo hi',
    internalData: {
      dotfiles: [
        { path: '.bashrc', perm: '600', data: 'mine' },
        { path: '/home/work/.x/y', perm: '0755', data: '' },
      ],
    },
  })
  expect(files.get('.bashrc')).toEqual({ content: 'mine', mode: 0o600 })
  expect(files.get('.x/y')?.mode).toBe(0o755)
  expect(files.get('bootstrap.sh')).toEqual({ content: 'echo hi', mode: 0o755 })
  expect(files.has('.vimrc')).toBe(true)
})

test('the prompt names the user where the system has no name for it', async () => {
  using home = tempDirectory('home')
  const rc = join(home.path, '.bashrc')
  await Bun.write(rc, filesOf({}).get('.bashrc')?.content ?? '')
  const promptOf = (environ: Record<string, string>) => {
    const script = `. "$0"; echo "\${PS1@P}"`
    const shell = Bun.spawnSync(['bash', '--norc', '-ic', script, rc], { env: environ, stderr: 'ignore' })
    return shell.stdout.toString()
  }
  expect(promptOf({ USER: 'work' })).toContain('work@')
  expect(promptOf({})).toContain(`${Bun.spawnSync(['id', '-un']).stdout.toString().trim()}@`)
})

test('ssh keys are written unless a folder is mounted there', () => {
  const internalData = { ssh_keypair: { public_key: 'pub', private_key: 'key' } }
  expect(filesOf({ internalData }).get('.ssh/authorized_keys')).toEqual({ content: 'pub', mode: 0o600 })
  const mounts = [{ name: 'ssh', hostPath: '/x', kernelPath: '/home/work/.ssh', permission: 'rw' }]
  expect(filesOf({ internalData, mounts }).has('.ssh/id_rsa')).toBe(false)
})

test.each([
  ['a', 'a'],
  ['/home/work/a/../b', 'b'],
  ['../etc/passwd', null],
  ['/etc/passwd', null],
  ['/home/work', null],
  ['/home/workshop/a', null],
])('%s is below home as %p', (path, inside) => {
  expect(relativeToHome(path)).toBe(inside)
})
