import { expect, test } from 'bun:test'
import { readdirSync, statSync, utimesSync } from 'node:fs'
import { vfs } from '../../../plugins/storage-vfs/index.ts'
import { tempDirectory } from '../../harness/temp.ts'

test('folders that it makes for a volume are closed to other users of the machine', async () => {
  using directory = tempDirectory('vfs')
  const path = directory.at('volumes/volume1')
  await vfs.open({ name: 'volume1', path, fsprefix: '.', options: {} })
  const modeOf = (folder: string) => (statSync(folder).mode & 0o777).toString(8)
  expect([modeOf(directory.at('volumes')), modeOf(path)]).toEqual(['700', '700'])
})

test('uploads that nobody continues for a week go when another begins', async () => {
  using directory = tempDirectory('vfs')
  const volume = await vfs.open({ name: 'v', path: directory.at('v'), fsprefix: '.', options: {} })
  const folder = { scope: null, folder: '0123456789abcdef0123456789abcdef' }
  await volume.createFolder(folder, null)
  const files = await volume.files(folder)
  const [left, fresh, next] = [1, 2, 3].map((digit) => `${digit}b1e7c1e-52c4-4b43-8c7a-37a0ce4de5b0`)
  await files.beginUpload(left ?? '')
  await files.beginUpload(fresh ?? '')
  const uploads = directory.at('v/.uploads/0123456789abcdef0123456789abcdef')
  const eightDaysAgo = Date.now() / 1000 - 8 * 86_400
  utimesSync(`${uploads}/${left}`, eightDaysAgo, eightDaysAgo)
  await files.beginUpload(next ?? '')
  expect(readdirSync(uploads).toSorted()).toEqual([fresh ?? '', next ?? ''])
  expect(await files.uploadedBytes(left ?? '')).toBeNull()
})
