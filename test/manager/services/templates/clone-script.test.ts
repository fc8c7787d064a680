import { expect, test } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootstrapOf, cloneScript } from '../../../../src/manager/services/templates/clone-script.ts'

const sh = async (script: string, cwd: string) => {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' }
  const child = Bun.spawn(['sh', '-c', script], { cwd, env, stdout: 'pipe', stderr: 'pipe' })
  const [out, error] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code: await child.exited, out, error }
}

test('a repository is cloned once, at its branch and commit, and its password stays out of the clone', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'clone-script-'))
  try {
    const made = await sh(
      `git init -q -b main src && cd src && git config user.email a@b && git config user.name a &&
       echo one > f && git add f && git commit -qm one && git branch "it's" && echo two > f && git commit -qam two &&
       git rev-parse HEAD~1`,
      dir,
    )
    expect(made.code).toBe(0)
    const git = {
      repository: join(dir, 'src'),
      branch: "it's",
      commit: made.out.trim(),
      credential: { username: 'me', password: "pass'word" },
      destination_dir: "the copy's place",
    }
    const script = cloneScript(git)
    expect((await sh(script, dir)).code).toBe(0)
    const copy = join(dir, "the copy's place")
    expect(await readFile(join(copy, 'f'), 'utf8')).toBe('one\n')
    expect(await readFile(join(copy, '.git/config'), 'utf8')).not.toContain('word')
    expect((await sh(script, dir)).code).toBe(0)
    expect(cloneScript({ ...git, destination_dir: null, repository: 'git@host:a/tool.git' })).toContain(
      " 'tool'",
    )
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('a script of one’s own runs after the clone, by its own interpreter', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'clone-script-'))
  const git = { repository: 'nowhere', branch: null, commit: null, credential: null, destination_dir: '.' }
  try {
    const awk = `#!/usr/bin/awk -f\nBEGIN { print "it's", "ran" }\n`
    for (const own of [`echo "it's" ran`, `#!/bin/sh\necho "it's" ran`, awk]) {
      const { out, code, error } = await sh(bootstrapOf(git, own) ?? '', dir)
      expect({ out, code, error }).toEqual({ out: "it's ran\n", code: 0, error: '' })
    }
    expect(bootstrapOf(null, 'x')).toBe('x')
    expect(bootstrapOf(null, null)).toBeNull()
  } finally {
    await rm(dir, { recursive: true })
  }
})
