import type * as v from 'valibot'
import type { createClusterParams } from '../../../api/session.ts'
import { Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { ClusterNode, CreateSessionInput } from '../requests.ts'
import { bootstrapOf } from './clone-script.ts'
import {
  clusterTemplateOf,
  findTemplate,
  type TemplateRow,
  taskTemplateOf,
  type Viewer,
} from './find-template.ts'
import { mountTargets } from './session-of-template.ts'

type Given = v.InferOutput<typeof createClusterParams>

/** The session that a cluster template describes: one kernel per replica of each node, as its task template says. */
export async function sessionOfCluster(
  store: Pick<Store, 'db' | 'tables'>,
  viewer: Viewer,
  row: TemplateRow,
  given: Given,
): Promise<Omit<CreateSessionInput, 'clientToken'>> {
  const { mode, spec } = clusterTemplateOf(row)
  const parts = []
  for (const node of spec.nodes) {
    const task = taskTemplateOf(await partOf(store, viewer, node.session_template, node.role))
    parts.push({ node, task })
  }
  const main = parts.find(({ node }) => node.role === 'main')?.task
  if (!main)
    throw new Problem('invalid-api-params', { msg: 'The cluster template has no main node.', data: {} })
  const nodes = parts.map(({ node, task }): ClusterNode => {
    const { kernel, resources, resource_opts } = task.spec
    return {
      role: node.role,
      replicas: node.replicas,
      image: kernel.image,
      architecture: kernel.architecture,
      resources,
      resourceOpts: resource_opts,
      environ: kernel.environ,
      bootstrapScript: bootstrapOf(kernel.git, kernel.run?.bootstrap ?? null),
    }
  })
  // Folders are a session's: all its kernels see those of all its nodes.
  const mounts = Object.assign({}, ...parts.map(({ task }) => task.spec.mounts), spec.mounts)
  const { templateId: _, scalingGroup, ...request } = given
  return {
    ...request,
    image: main.spec.kernel.image,
    architecture: main.spec.kernel.architecture,
    clusterMode: mode,
    clusterSize: nodes.reduce((sum, { replicas }) => sum + replicas, 0),
    nodes,
    startupCommand: main.spec.kernel.run?.startup_command ?? null,
    bootstrapScript: null,
    startsAt: null,
    dependencies: [],
    config: {
      mounts: Object.keys(mounts),
      mountMap: mountTargets(mounts),
      mountOptions: {},
      environ: spec.environ,
      resources: main.spec.resources,
      resourceOpts: main.spec.resource_opts,
      scalingGroup: scalingGroup ?? main.spec.scaling_group,
      preopenPorts: [],
      agentList: main.spec.agent_list,
    },
  }
}

async function partOf(
  store: Pick<Store, 'db' | 'tables'>,
  viewer: Viewer,
  id: string,
  role: string,
): Promise<TemplateRow> {
  try {
    return await findTemplate(store, viewer, 'task', id)
  } catch (cause) {
    throw new Problem('invalid-api-params', {
      msg: `The node "${role}" names the task template ${id}, which is not there.`,
      data: { template_id: `unknown task template of "${role}"` },
      cause,
    })
  }
}
