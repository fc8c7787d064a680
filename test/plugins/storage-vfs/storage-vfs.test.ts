import { expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { vfs } from '../../../plugins/storage-vfs/index.ts'
import { tempDirectory } from '../../harness/temp.ts'

test('folders that it makes for a volume are closed to other users of the machine', async () => {
  using directory = tempDirectory('vfs')
  const path = directory.at('volumes/volume1')
  await vfs.open({ name: 'volume1', path, fsprefix: '.', options: {} })
  const modeOf = (folder: string) => (statSync(folder).mode & 0o777).toString(8)
  expect([modeOf(directory.at('volumes')), modeOf(path)]).toEqual(['700', '700'])
})
