import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Giver, World } from '../world.ts'

const HOST = 'local:volume1'
const MEMBER = 'member@example.org'

/** Folders: made, filled, shared, copied, given away and deleted; models, which are folders of a kind. */
export async function folders({ admin }: World, member: Giver): Promise<void> {
  await own(admin)
  await content(admin)
  await sharing(admin, member)
  await projects(admin)
  await ending(admin)
  await models(admin)
}

async function own(admin: Giver): Promise<void> {
  await admin.run('vfolder list-hosts', [], /Usable hosts: local:volume1/)
  await admin.run('vfolder list-allowed-types', [], /user/)
  await admin.run('vfolder create', ['data', HOST, '--cloneable'], /"data" is created/)
  await admin.run('vfolder info', ['data'], /Clone Allowed: True/)
  await admin.run('vfolder update-options', ['data', '-p', 'rw', '--set-cloneable', 'true'], /Updated/)
  for (const path of ['vfolder list', 'vfolder list-own', 'admin vfolder list'])
    await admin.run(path, [], /data/)
}

async function content(admin: Giver): Promise<void> {
  writeFileSync(join(admin.directory, 'table.csv'), 'a,b\n1,2\n')
  await admin.run('vfolder upload', ['data', 'table.csv'], /Done\./)
  await admin.run('vfolder mkdir', ['data', 'sub/deep', '-p'], /Done\./)
  await admin.run('vfolder rename-file', ['data', 'table.csv', 'sheet.csv'], /Renamed/)
  await admin.run('vfolder mv', ['data', 'sheet.csv', 'sub/sheet.csv'], /Moved/)
  await admin.run('vfolder ls', ['data', 'sub'], /sheet\.csv\s+8/)
  // The client's command calls what its SDK does not have.
  await admin.run(
    'vfolder request-download',
    ['data', 'sub/sheet.csv'],
    /has no attribute 'request_download'/,
    {
      code: 1,
    },
  )
  mkdirSync(join(admin.directory, 'down/sub'), { recursive: true })
  await admin.run('vfolder download', ['data', 'sub/sheet.csv', '-b', 'down'], /Done\./)
  if (readFileSync(join(admin.directory, 'down/sub/sheet.csv'), 'utf8') !== 'a,b\n1,2\n')
    throw new Error('what came down is not what went up')
  await admin.run('vfolder rm', ['data', 'sub/sheet.csv'], /Done\./, { stdin: 'y\n' })
  await admin.run('vfolder delete-file', ['data', 'sub', '-r'], /Done\./, { stdin: 'y\n' })
  // The client itself has not written this one.
  await admin.run('vfolder cp', ['a', 'data:b'], /NotImplementedError/, { code: 1 })
}

async function sharing(admin: Giver, member: Giver): Promise<void> {
  const info = await admin.run('vfolder info', ['data'], /ID: /)
  const id = /ID: (\S+?)\)/.exec(info)?.[1] ?? ''
  await admin.run('vfolder invite', ['data', MEMBER, '-p', 'ro'], /member@example/)
  await member.run('vfolder invitations', [], /You can now access vfolder data/, { stdin: '1\na\n' })
  await member.run('vfolder list-invited', [], /data/)
  await admin.run('admin vfolder list-shared-vfolders', [], /"data"[\s\S]*member@example/)
  const shared = await admin.run('admin vfolder shared-vfolder-info', [id], /Shared to/)
  const user = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(shared.split('Shared to')[1] ?? '')?.[0] ?? ''
  await admin.run('admin vfolder update-shared-vf-permission', [id, user, '-p', 'rw'], /Updated/)
  await member.run('vfolder leave', ['data'], /Left the shared virtual folder "data"/)
  await admin.run('vfolder invite', ['data', MEMBER], /member@example/)
  await member.run('vfolder invitations', [], /You can now access/, { stdin: '1\na\n' })
  await admin.run('admin vfolder remove-shared-vf-permission', [id, user], /Removed/)
}

async function projects(admin: Giver): Promise<void> {
  await admin.run('vfolder create', ['common', HOST, '-g', 'default'], /"common" is created/)
  await admin.run('vfolder list-project', [], /common/)
  await admin.run('vfolder share', ['common', MEMBER, '-p', 'ro'], /member@example/)
  await admin.run('vfolder unshare', ['common', MEMBER], /member@example/)
}

async function ending(admin: Giver): Promise<void> {
  await admin.run('vfolder clone', ['data', 'copy', HOST], /Cloning the vfolder is complete/)
  await admin.run('vfolder rename', ['copy', 'given'], /Renamed/)
  const info = await admin.run('vfolder info', ['given'], /ID: /)
  const id = /ID: (\S+?)\)/.exec(info)?.[1] ?? ''
  await admin.run('admin vfolder change-vfolder-ownership', [id, MEMBER], /goes to User:member@example/)
  await admin.run('vfolder delete', ['data'], /Deleted/)
  await admin.run('vfolder info', ['data'], /404/, { code: 1 })
}

async function models(admin: Giver): Promise<void> {
  await admin.run('model create', ['tiny', HOST, '-g', 'default'], /Created the model/)
  await admin.run('model list', [], /tiny/)
  writeFileSync(join(admin.directory, 'weights.bin'), 'weights')
  // With the versions it is locked to, the client's own URLs take no paths.
  const refuses = /Invalid variable type.*PosixPath/
  await admin.run('model upload', ['tiny', 'weights.bin', '1'], refuses, { code: 1 })
  await admin.run('model info', ['tiny'], /tiny/)
  mkdirSync(join(admin.directory, 'model'), { recursive: true })
  await admin.run('model download', ['tiny', 'weights.bin', '1', '-b', 'model'], refuses, { code: 1 })
  await admin.run('model rm', ['tiny'], /Model deleted/)
}
