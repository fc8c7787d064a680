import type { KernelRecord } from './kernel-record.ts'
import { IMAGE_LABELS } from './labels.ts'

/**
 * The environment of the user's processes (agent-kernel.md §4): what the manager gave wins over what the agent knows,
 * and the accelerators' lines come last.
 */
export function kernelEnviron(
  { kernelId, sessionId, config, cluster, uid, gid }: KernelRecord,
  coreCount: number,
  accelerators: Record<string, string>,
): Record<string, string> {
  const labels = config.image.labels
  const replicas = Object.entries(cluster.replicas).map(([role, count]) => `${role}:${count}`)
  const cores = (labels[IMAGE_LABELS.coreCountEnvs] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => [name, String(coreCount)])
  return {
    BACKENDAI_SESSION_ID: sessionId,
    BACKENDAI_SESSION_NAME: config.sessionName,
    BACKENDAI_CLUSTER_SIZE: String(cluster.size),
    BACKENDAI_CLUSTER_REPLICAS: replicas.join(','),
    BACKENDAI_KERNEL_ID: kernelId,
    BACKENDAI_KERNEL_IMAGE: config.image.canonical,
    BACKENDAI_CLUSTER_ROLE: config.clusterRole,
    BACKENDAI_CLUSTER_IDX: String(config.clusterIdx),
    BACKENDAI_CLUSTER_LOCAL_RANK: String(config.localRank),
    BACKENDAI_CLUSTER_HOST: config.clusterHostname,
    BACKENDAI_PREOPEN_PORTS: config.preopenPorts.join(','),
    BACKENDAI_SERVICE_PORTS: labels[IMAGE_LABELS.servicePorts] ?? '',
    LOCAL_USER_ID: String(uid),
    LOCAL_GROUP_ID: String(gid),
    ...Object.fromEntries(cores),
    ...config.environ,
    ...accelerators,
  }
}
