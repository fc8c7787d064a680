import { describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { completionScript, SHELLS } from '../../src/cli/completion-script.ts'
import { runCli } from '../../src/cli/program.ts'
import { answerGraphQl } from '../client/answer-graphql.ts'
import { json, startScriptedManager } from '../client/scripted-manager.ts'
import { testIo } from './test-io.ts'

async function candidates(words: string[], endpoint?: string): Promise<string[]> {
  const io = testIo(endpoint ? { endpoint } : {})
  expect(await runCli(['__complete', '--', ...words], io)).toBe(0)
  return io.out.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']))
}

describe('candidates', () => {
  test('first words: commands and roles', async () => {
    expect(await candidates([''])).toEqual(expect.arrayContaining(['run', 'ps', 'admin', 'up', 'manager']))
    expect(await candidates(['re'])).toEqual(['restart', 'rename', 'resource'])
  })

  test('commands of a group, at any depth', async () => {
    expect(await candidates(['admin', 'ke'])).toEqual(['keypair', 'keypair-resource-policy'])
    expect(await candidates(['--json', 'admin', 'image', 'de'])).toEqual(['dealias'])
  })

  test('options, and the choices of one', async () => {
    expect(await candidates(['run', '--env'])).toEqual(['--env-range', '--env'])
    expect(await candidates(['run', '--type', ''])).toEqual(['interactive', 'batch'])
    expect(await candidates(['run', '--name', ''])).toEqual([])
  })

  test('names of living sessions where a session is meant', async () => {
    await using manager = await startScriptedManager()
    const items = ['alpha', 'beta'].map((name) => ({ name, image: 'python', status: 'RUNNING' }))
    manager.on('POST /admin/gql', () => json({ data: { compute_session_list: { items, total_count: 2 } } }))
    expect(await candidates(['rm', ''], manager.endpoint)).toEqual(['alpha', 'beta'])
    expect(await candidates(['rm', 'alpha', 'b'], manager.endpoint)).toEqual(['beta'])
    expect(await candidates(['session', 'logs', '-f', 'a'], manager.endpoint)).toEqual(['alpha'])
    expect(await candidates(['upload', 'alpha', ''], manager.endpoint)).toEqual([])
    expect(await candidates(['run', ''], manager.endpoint)).toEqual([])
  })

  test('names of folders and ids of templates', async () => {
    await using manager = await startScriptedManager()
    manager.on('GET /folders', () => json([{ name: 'data', host: 'a:v', status: 'ready' }, { name: 'dump' }]))
    manager.on('GET /template/session', () => json([{ id: 't1', name: 'one' }]))
    expect(await candidates(['vfolder', 'ls', 'da'], manager.endpoint)).toEqual(['data'])
    expect(await candidates(['vfolder', 'rename', 'data', ''], manager.endpoint)).toEqual([])
    expect(await candidates(['sesstpl', 'get', ''], manager.endpoint)).toEqual(['t1'])
    expect(await candidates(['start-template', ''], manager.endpoint)).toEqual(['t1'])
  })

  test('names of what administrators change, but none for what is new', async () => {
    await using manager = await startScriptedManager()
    const image = { registry: 'cr', name: 'python', tag: '3', aliases: ['py'] }
    answerGraphQl(manager, {
      domains: () => [{ name: 'default' }, { name: 'lab' }],
      groups: () => [{ name: 'robots' }],
      scaling_groups: () => [{ name: 'gpu' }],
      images: () => [image],
      user_list: () => ({ items: [{ email: 'a@b.c' }], total_count: 1 }),
    })
    const at = (...words: string[]) => candidates(words, manager.endpoint)
    expect(await at('admin', 'domain', 'info', '')).toEqual(['default', 'lab'])
    expect(await at('admin', 'domain', 'add', '')).toEqual([])
    expect(await at('admin', 'user', 'add', 'd')).toEqual(['default'])
    expect(await at('admin', 'user', 'add', 'default', '')).toEqual([])
    expect(await at('admin', 'keypair', 'add', '')).toEqual(['a@b.c'])
    expect(await at('admin', 'group', 'add-users', 'robots', 'a')).toEqual(['a@b.c'])
    expect(await at('admin', 'scaling-group', 'associate-scaling-group', 'gpu', 'l')).toEqual(['lab'])
    expect(await at('run', '')).toEqual(['py', 'cr/python:3'])
  })

  test('nothing, quickly and silently, when no server answers', async () => {
    expect(await candidates(['rm', ''], 'http://127.0.0.1:1')).toEqual([])
    expect(await candidates(['rm', ''])).toEqual([])
  })
})

describe('scripts', () => {
  test.each([...SHELLS])('%s is printed', async (shell) => {
    const io = testIo()
    expect(await runCli(['completion', shell], io)).toBe(0)
    expect(io.out.stdout).toBe(completionScript(shell))
    expect(io.out.stdout).toContain('__complete --')
  })

  test('another shell is wrong usage', async () => {
    expect(await runCli(['completion', 'tcsh'], testIo())).toBe(2)
  })

  test('bash accepts the script and completes with it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cli-completion-'))
    try {
      const program = join(directory, 'backendai')
      writeFileSync(
        program,
        `#!/bin/sh\nprintf 'alpha\\tRUNNING x\\nalpine\\t\\n'; echo "$@" > ${directory}/called\n`,
      )
      chmodSync(program, 0o755)
      const script = join(directory, 'completion.bash')
      writeFileSync(script, completionScript('bash'))
      const check = Bun.spawnSync(['bash', '-n', script])
      expect(check.stderr.toString()).toBe('')
      const use = `source ${script}; COMP_WORDS=(${program} rm al); COMP_CWORD=2; _backendai; printf '%s\\n' "\${COMPREPLY[@]}"`
      const run = Bun.spawnSync(['bash', '-c', use])
      expect(run.stderr.toString()).toBe('')
      expect(run.stdout.toString()).toBe('alpha\nalpine\n')
      expect(await Bun.file(join(directory, 'called')).text()).toBe('__complete -- rm al\n')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
