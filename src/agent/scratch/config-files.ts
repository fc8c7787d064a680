import type { SlotTypes } from '../../core/slots.ts'
import { formatEnvironFile } from '../../wire/environ-file.ts'
import type { KernelRecord } from '../kernels/kernel-record.ts'
import { formatResourceFile, type ResourceFile } from '../resources/resource-file.ts'
import type { ScratchFile } from './scratch.ts'

export interface ConfigContent {
  record: KernelRecord
  environ: Record<string, string>
  resource: ResourceFile
  slotTypes: SlotTypes
  /** The kernel listens on host ports itself. */
  sharesHostNetwork: boolean
}

export const resourceFileOf = (resource: ResourceFile, types: SlotTypes): ScratchFile => ({
  path: 'resource.txt',
  content: formatResourceFile(resource, types),
  mode: 0o640,
})

/** The files of /home/config (agent-kernel.md §5). */
export function configFiles(content: ConfigContent): ScratchFile[] {
  const { record, environ, resource, slotTypes, sharesHostNetwork } = content
  const file = (path: string, text: string): ScratchFile => ({ path, content: text, mode: 0o640 })
  const json = (path: string, value: unknown) => file(path, `${JSON.stringify(value)}\n`)
  const { sshKeypair, ...cluster } = record.cluster
  const files = [
    file('environ.txt', formatEnvironFile(environ)),
    file('environ_base.txt', formatEnvironFile(record.config.environ)),
    resourceFileOf(resource, slotTypes),
    { ...resourceFileOf(resource, slotTypes), path: 'resource_base.txt' },
    json('cluster.json', cluster),
  ]
  if (sshKeypair) {
    files.push(
      file('ssh/id_cluster', sshKeypair.privateKey),
      file('ssh/id_cluster.pub', sshKeypair.publicKey),
    )
    files.push(json('ssh/port-mapping.json', {}))
  }
  if (record.config.internalData.docker_credentials !== undefined) {
    files.push(json('docker-creds.json', record.config.internalData.docker_credentials))
  }
  if (sharesHostNetwork) {
    const portOf = (name: string) =>
      record.servicePorts.find((service) => service.name === name)?.containerPorts[0]
    files.push(json('intrinsic-ports.json', { sshd: portOf('sshd'), ttyd: portOf('ttyd') }))
  }
  return files
}
