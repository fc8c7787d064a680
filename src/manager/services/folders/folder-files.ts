import type { Requester } from '../../context.ts'
import type { StoredFile, Transfer } from '../../storage/storage-hosts.ts'
import { findFolder, storedFolder } from './find-folder.ts'
import type { FolderPorts } from './folder-context.ts'
import { requireHostPermission } from './host-grants.ts'

type Ports = Pick<FolderPorts, 'store' | 'storage'>

async function readable({ store }: Ports, requester: Requester, nameOrId: string) {
  return (await findFolder(store, requester, nameOrId, { permission: 'ro' })).row
}
async function writable({ store }: Ports, requester: Requester, nameOrId: string) {
  return (await findFolder(store, requester, nameOrId, { permission: 'rw' })).row
}

/** What is in a directory of a folder. */
export async function listFiles(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  path: string,
): Promise<StoredFile[]> {
  return await ports.storage.listFiles(storedFolder(await readable(ports, requester, nameOrId)), path)
}

export async function makeDirectories(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  paths: readonly string[],
  options: { parents: boolean; existOk: boolean },
): Promise<void> {
  const row = await writable(ports, requester, nameOrId)
  await ports.storage.makeDirectories(storedFolder(row), paths, options)
}

export async function renameFile(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  path: string,
  newName: string,
): Promise<void> {
  const row = await writable(ports, requester, nameOrId)
  await requireHostPermission(ports.store, requester, row, 'modify-vfolder')
  await ports.storage.renameFile(storedFolder(row), path, newName)
}

export async function moveFile(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  from: string,
  to: string,
): Promise<void> {
  const row = await writable(ports, requester, nameOrId)
  await requireHostPermission(ports.store, requester, row, 'modify-vfolder')
  await ports.storage.moveFile(storedFolder(row), from, to)
}

export async function removeFiles(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  paths: readonly string[],
  options: { recursive: boolean },
): Promise<void> {
  const row = await writable(ports, requester, nameOrId)
  await requireHostPermission(ports.store, requester, row, 'modify-vfolder')
  await ports.storage.removeFiles(storedFolder(row), paths, options)
}

/** Where and by which token a client sends the bytes of a file. */
export async function requestUpload(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  path: string,
  size: number,
): Promise<Transfer> {
  const row = await writable(ports, requester, nameOrId)
  await requireHostPermission(ports.store, requester, row, 'upload-file')
  return await ports.storage.upload(storedFolder(row), path, size)
}

export async function requestDownload(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  path: string,
  options: { archive: boolean },
): Promise<Transfer> {
  const row = await readable(ports, requester, nameOrId)
  await requireHostPermission(ports.store, requester, row, 'download-file')
  return await ports.storage.download(storedFolder(row), path, options)
}
