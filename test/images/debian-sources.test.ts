import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { tempDirectory } from '../harness/temp.ts'
import { debianSources } from './debian-sources.ts'

const KEY = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'

test('takes the suites of the release from both formats and nothing of other vendors', () => {
  using etc = tempDirectory('apt')
  mkdirSync(etc.at('sources.list.d'))
  writeFileSync(etc.at('sources.list'), '# comment\ndeb [arch=amd64] http://a/debian bookworm main contrib\n')
  writeFileSync(
    etc.at('sources.list.d', 'x.sources'),
    [
      'Types: deb',
      '# comment',
      'URIs: http://b/debian http://c/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main',
      '',
      'Types: deb',
      'URIs: http://vendor/x',
      'Suites: nodistro',
      'Components: main',
    ].join('\n'),
  )
  writeFileSync(etc.at('sources.list.d', 'v.list'), 'deb http://vendor/x cloud-sdk-bookworm main\n')
  expect(debianSources('bookworm', etc.path).toSorted()).toEqual([
    `deb ${KEY} http://a/debian bookworm main`,
    `deb ${KEY} http://b/debian bookworm main`,
    `deb ${KEY} http://b/debian bookworm-updates main`,
    `deb ${KEY} http://c/debian bookworm main`,
    `deb ${KEY} http://c/debian bookworm-updates main`,
  ])
})

test('a machine without apt has none', () => {
  using etc = tempDirectory('apt')
  expect(debianSources('bookworm', etc.path)).toEqual([])
})
