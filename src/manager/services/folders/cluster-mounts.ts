import { readFile } from 'node:fs/promises'
import { eq } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { mountsBelow, mountVolume, type NodeMount, unmountVolume } from '../../../lib/node-mounts.ts'
import type { ManagerPorts } from '../../context.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'agents'>

/** How it went on one node. */
export interface NodeReport {
  success: boolean
  mounts: string[]
  message: string
}

export interface ClusterMounts {
  manager: NodeReport
  agents: Record<string, NodeReport>
}

/** Where volumes are mounted on every node: `volumes/_mount`. */
const rootOf = async ({ config }: Ports): Promise<string> =>
  ((await config.get('volumes/_mount')) || '/mnt').replace(/\/+$/, '')

/** What is mounted on this manager's machine and on those of all agents. */
export async function listClusterMounts(ports: Ports): Promise<ClusterMounts> {
  const root = await rootOf(ports)
  return await onEveryNode(
    ports,
    null,
    () => mountsBelow(root),
    async (agentId) => (await ports.agents.call(agentId, 'listMounts', { root })).mounts,
  )
}

/** Mounts a file system on this machine and on those of the agents, of one resource group where that is named. */
export async function mountOnCluster(
  ports: Ports,
  mount: Omit<NodeMount, 'root'>,
  scalingGroup: string | null,
): Promise<ClusterMounts> {
  const all = { ...mount, root: await rootOf(ports) }
  return await onEveryNode(
    ports,
    scalingGroup,
    async () => {
      await mountVolume(all)
      return [all.name]
    },
    async (agentId) => {
      await ports.agents.call(agentId, 'mountVolume', all)
      return [all.name]
    },
  )
}

export async function unmountOnCluster(
  ports: Ports,
  mount: Pick<NodeMount, 'name' | 'fstab'>,
  scalingGroup: string | null,
): Promise<ClusterMounts> {
  const { manager, agents } = await listClusterMounts(ports)
  const isMounted = [manager, ...Object.values(agents)].some(({ mounts }) => mounts.includes(mount.name))
  if (!isMounted) throw notFound('mount', `Nothing is mounted as "${mount.name}" on any node.`)
  const all = { ...mount, root: await rootOf(ports) }
  return await onEveryNode(
    ports,
    scalingGroup,
    async () => {
      await unmountVolume(all)
      return []
    },
    async (agentId) => {
      await ports.agents.call(agentId, 'unmountVolume', all)
      return []
    },
  )
}

/** The table of file systems of an agent's machine, or of this one. */
export async function readClusterFstab(ports: Ports, agentId: string | null, path: string) {
  if (agentId === null || agentId === '')
    return { content: await readTable(path), node: 'manager', node_id: 'manager' }
  if (!ports.agents.connected().includes(agentId))
    throw notFound('agent instance', `There is no agent "${agentId}".`)
  const { content } = await ports.agents.call(agentId, 'readFstab', { path }).catch((cause: unknown) => {
    throw new Problem('vfolder-operation-failed', { msg: `The agent cannot read ${path}.`, data: {}, cause })
  })
  return { content, node: 'agent', node_id: agentId }
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new Problem('vfolder-operation-failed', { msg: `${path} cannot be read.`, data: {}, cause })
  }
}

async function onEveryNode(
  ports: Ports,
  scalingGroup: string | null,
  here: () => Promise<string[]>,
  there: (agentId: string) => Promise<string[]>,
): Promise<ClusterMounts> {
  const agents = await agentsOf(ports, scalingGroup)
  // Agents of this very machine come second and find what was done.
  const manager = await reported(here)
  const reports = await Promise.all(
    agents.map(async (id): Promise<[string, NodeReport]> => [id, await reported(() => there(id))]),
  )
  return { manager, agents: Object.fromEntries(reports) }
}

async function agentsOf({ store, agents }: Ports, scalingGroup: string | null): Promise<readonly string[]> {
  const connected = agents.connected()
  if (scalingGroup === null || scalingGroup === '') return connected
  const { agents: t } = store.tables
  const rows = await store.db.select({ id: t.id }).from(t).where(eq(t.scalingGroup, scalingGroup))
  return connected.filter((id) => rows.some((row) => row.id === id))
}

async function reported(task: () => Promise<string[]>): Promise<NodeReport> {
  try {
    return { success: true, mounts: await task(), message: '' }
  } catch (error) {
    return { success: false, mounts: [], message: error instanceof Error ? error.message : String(error) }
  }
}
