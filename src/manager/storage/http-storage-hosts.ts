import * as v from 'valibot'
import { Problem } from '../../core/problem.ts'
import type { ManagerPorts } from '../context.ts'
import { callStorageProxy, fetchFromStorageProxy, type StorageCall } from './call-storage-proxy.ts'
import type { StorageHost, StorageHosts, StoredFolder, Transfer } from './storage-hosts.ts'
import { proxyOfHost, type StorageProxyEntry, storageProxies } from './storage-proxies.ts'

const LIST_PATIENCE_MS = 5000

const nothing = v.unknown()
const volumesReply = v.object({
  volumes: v.array(
    v.object({
      name: v.string(),
      backend: v.string(),
      path: v.string(),
      fsprefix: v.string(),
      capabilities: v.array(v.string()),
    }),
  ),
})
const quotaReply = v.object({
  used_bytes: v.nullable(v.number()),
  limit_bytes: v.nullable(v.number()),
})
const filesReply = v.object({
  items: v.array(
    v.object({
      name: v.string(),
      type: v.picklist(['FILE', 'DIRECTORY', 'SYMLINK']),
      stat: v.object({ mode: v.number(), size: v.number(), created: v.string(), modified: v.string() }),
    }),
  ),
})
const mkdirReply = v.object({
  results: v.object({ failed: v.array(v.object({ item: v.string(), msg: v.nullable(v.string()) })) }),
})

/** The storage port over the storage proxies of the shared configuration (`volumes/proxies/…`). */
export function createHttpStorageHosts(ports: Pick<ManagerPorts, 'config' | 'log'>): StorageHosts {
  async function ask<Schema extends v.GenericSchema>(
    host: string,
    call: Omit<StorageCall, 'method'> & { method?: StorageCall['method'] },
    schema: Schema,
  ): Promise<v.InferOutput<Schema>> {
    const { proxy, volume } = await proxyOfHost(ports, host)
    return await callStorageProxy(
      proxy,
      { ...call, method: call.method ?? 'POST', body: { volume, ...call.body } },
      schema,
    )
  }
  const onFolder = <Schema extends v.GenericSchema>(
    { host, vfid }: StoredFolder,
    path: string,
    body: Record<string, unknown>,
    schema: Schema,
  ) => ask(host, { path, body: { vfid, ...body } }, schema)

  async function volumesOf(proxy: StorageProxyEntry): Promise<StorageHost[]> {
    try {
      const signal = AbortSignal.timeout(LIST_PATIENCE_MS)
      const call = { method: 'GET' as const, path: '/volumes', body: {}, signal }
      const { volumes } = await callStorageProxy(proxy, call, volumesReply)
      const { sftpScalingGroups } = proxy
      return volumes.map(({ name, ...facts }) => ({
        host: `${proxy.name}:${name}`,
        ...facts,
        sftpScalingGroups,
      }))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      ports.log.warn({ proxy: proxy.name, reason }, 'a storage proxy does not tell its volumes')
      return []
    }
  }

  async function transfer(folder: StoredFolder, way: 'upload' | 'download', body: object): Promise<Transfer> {
    const { proxy } = await proxyOfHost(ports, folder.host)
    const path = `/folder/file/${way}`
    const { token } = await onFolder(folder, path, { ...body }, v.object({ token: v.string() }))
    return { token, url: `${proxy.clientApi}/${way}` }
  }

  return {
    async list() {
      const found = await Promise.all((await storageProxies(ports)).map(volumesOf))
      return found.flat().toSorted((a, b) => (a.host < b.host ? -1 : 1))
    },
    defaultHost: () => ports.config.get('volumes/default_host'),
    async fsUsage(host) {
      const schema = v.object({ capacity_bytes: v.number(), used_bytes: v.number() })
      const found = await ask(host, { method: 'GET', path: '/folder/fs-usage', body: {} }, schema)
      return { capacityBytes: found.capacity_bytes, usedBytes: found.used_bytes }
    },
    async metric(host) {
      const schema = v.object({ metric: v.record(v.string(), v.number()) })
      return (await ask(host, { method: 'GET', path: '/volume/performance-metric', body: {} }, schema)).metric
    },
    hardware: (host) =>
      ask(host, { method: 'GET', path: '/volume/hwinfo', body: {} }, v.record(v.string(), v.unknown())),
    async quota(host, qsid) {
      const found = await ask(host, { method: 'GET', path: '/quota-scope', body: { qsid } }, quotaReply)
      return { usedBytes: found.used_bytes, limitBytes: found.limit_bytes }
    },
    async setQuota(host, qsid, limitBytes) {
      const body = { qsid, options: { limit_bytes: limitBytes } }
      await ask(host, { method: 'PATCH', path: '/quota-scope', body }, nothing)
    },
    async unsetQuota(host, qsid) {
      await ask(host, { method: 'DELETE', path: '/quota-scope/quota', body: { qsid } }, nothing)
    },
    async createFolder(folder, limitBytes) {
      const options = { initial_max_size_for_quota_scope: limitBytes }
      await onFolder(folder, '/folder/create', { options }, nothing)
    },
    async deleteFolder({ host, vfid }) {
      const signal = new AbortController().signal
      await ask(host, { path: '/folder/delete', body: { vfid }, signal }, nothing)
    },
    async cloneFolder(from, to, signal) {
      const [source, target] = await Promise.all([proxyOfHost(ports, from.host), proxyOfHost(ports, to.host)])
      if (source.proxy.name !== target.proxy.name)
        throw new Problem('vfolder-operation-failed', {
          msg: 'A folder is cloned within its storage proxy only.',
        })
      const body = {
        src_volume: source.volume,
        src_vfid: from.vfid,
        dst_volume: target.volume,
        dst_vfid: to.vfid,
      }
      await callStorageProxy(source.proxy, { method: 'POST', path: '/folder/clone', body, signal }, nothing)
    },
    async mountPath({ host, vfid }, subpath) {
      const body = { vfid, subpath }
      const schema = v.object({ path: v.string() })
      return (await ask(host, { method: 'GET', path: '/folder/mount', body }, schema)).path
    },
    async usage({ host, vfid }) {
      const schema = v.object({ file_count: v.number(), used_bytes: v.number() })
      const found = await ask(host, { method: 'GET', path: '/folder/usage', body: { vfid } }, schema)
      return { fileCount: found.file_count, usedBytes: found.used_bytes }
    },
    async listFiles(folder, relpath) {
      const { items } = await onFolder(folder, '/folder/file/list', { relpath }, filesReply)
      return items.map(({ name, type, stat }) => ({ name, type, ...stat }))
    },
    async readFile({ host, vfid }, relpath) {
      const { proxy, volume } = await proxyOfHost(ports, host)
      const body = { volume, vfid, relpath }
      return await fetchFromStorageProxy(proxy, { method: 'POST', path: '/folder/file/fetch', body })
    },
    async makeDirectories(folder, relpath, { parents, existOk }) {
      const body = { relpath, parents, exist_ok: existOk }
      const { host, vfid } = folder
      const { proxy, volume } = await proxyOfHost(ports, host)
      const call = { method: 'POST' as const, path: '/folder/file/mkdir', body: { volume, vfid, ...body } }
      const { results } = await callStorageProxy(proxy, { ...call, accept: [422] }, mkdirReply)
      const [first] = results.failed
      if (first)
        throw new Problem('vfolder-operation-failed', {
          msg: first.msg ?? `The directory "${first.item}" could not be made.`,
          data: results,
        })
    },
    async renameFile(folder, relpath, newName) {
      await onFolder(folder, '/folder/file/rename', { relpath, new_name: newName }, nothing)
    },
    async moveFile(folder, from, to) {
      await onFolder(folder, '/folder/file/move', { src_relpath: from, dst_relpath: to }, nothing)
    },
    async removeFiles(folder, relpaths, { recursive }) {
      await onFolder(folder, '/folder/file/delete', { relpaths, recursive }, nothing)
    },
    upload: (folder, relpath, size) => transfer(folder, 'upload', { relpath, size }),
    download: (folder, relpath, { archive }) => transfer(folder, 'download', { relpath, archive }),
  }
}
