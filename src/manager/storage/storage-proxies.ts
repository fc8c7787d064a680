import type { ConfigTree } from '../../config/shared.ts'
import { Problem } from '../../core/problem.ts'
import type { ManagerPorts } from '../context.ts'

/** A storage proxy as the shared configuration knows it (config.md §1, `volumes/proxies/<name>`). */
export interface StorageProxyEntry {
  name: string
  clientApi: string
  managerApi: string
  secret: string
  verifyTls: boolean
  sftpScalingGroups: readonly string[]
}

const textOf = (tree: ConfigTree, key: string): string => {
  const value = tree[key]
  return typeof value === 'string' ? value.trim() : ''
}

/** Every proxy that has both addresses. */
export async function storageProxies({ config }: Pick<ManagerPorts, 'config'>): Promise<StorageProxyEntry[]> {
  const tree = await config.getPrefix('volumes/proxies')
  return Object.entries(tree).flatMap(([name, entry]) => {
    if (typeof entry === 'string') return []
    const [clientApi, managerApi] = [textOf(entry, 'client_api'), textOf(entry, 'manager_api')]
    if (!URL.canParse(clientApi) || !URL.canParse(managerApi)) return []
    return [
      {
        name,
        clientApi: clientApi.replace(/\/+$/, ''),
        managerApi: managerApi.replace(/\/+$/, ''),
        secret: textOf(entry, 'secret'),
        verifyTls: !/^(false|no|0|off)$/i.test(textOf(entry, 'ssl_verify')),
        sftpScalingGroups: textOf(entry, 'sftp_scaling_groups').split(',').filter(Boolean),
      },
    ]
  })
}

/** The proxy and the volume that a host name stands for. @throws Problem when there is no such proxy. */
export async function proxyOfHost(
  ports: Pick<ManagerPorts, 'config'>,
  host: string,
): Promise<{ proxy: StorageProxyEntry; volume: string }> {
  const [name = '', ...rest] = host.split(':')
  const volume = rest.join(':')
  const proxy = (await storageProxies(ports)).find((one) => one.name === name)
  if (proxy && volume !== '') return { proxy, volume }
  throw new Problem('invalid-api-params', {
    msg: `There is no storage host "${host}"; hosts are named <storage proxy>:<volume>.`,
    data: {},
  })
}
