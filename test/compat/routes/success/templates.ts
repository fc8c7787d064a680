import type { Hit, HitOptions } from '../hit.ts'
import type { Live } from '../live.ts'

const task = (name: string) => ({
  api_version: 'v1',
  kind: 'task_template',
  metadata: { name },
  spec: { kernel: { image: 'python', environ: {} }, session_type: 'interactive' },
})
const cluster = (member: string) => ({
  api_version: 'v1',
  kind: 'cluster_template',
  mode: 'single-node',
  metadata: { name: 'cluster' },
  spec: { nodes: [{ role: 'main', session_template: member, replicas: 1 }] },
})
const place = { group: 'default', domain: 'default' }
const payloadOf = (template: object): string => JSON.stringify(template)

/** Templates of both kinds, and dotfiles of every scope. */
export async function templates(live: Live, hit: Hit): Promise<void> {
  const made = await hit('POST /template/session', {
    body: { ...place, payload: payloadOf(task('task')) },
    status: 200,
  })
  const taskId = (made.json as unknown as { id: string }[])[0]?.id ?? ''
  await changeTemplates(hit, 'session', taskId, task('changed'))
  const joint = await hit('POST /template/cluster', {
    body: { ...place, payload: payloadOf(cluster(taskId)) },
  })
  const clusterId = String(joint.json.id)
  await changeTemplates(hit, 'cluster', clusterId, cluster(taskId))
  await startFromTemplates(hit, taskId, clusterId)
  await hit('DELETE /template/cluster/{template_id}', { at: [clusterId] })
  await hit('DELETE /template/session/{template_id}', { at: [taskId] })

  await dotfiles(hit, '/user-config/dotfiles', {}, { as: live.member })
  await dotfiles(hit, '/domain-config/dotfiles', { domain: 'default' })
  await dotfiles(hit, '/group-config/dotfiles', { group: live.group })
  await hit('POST /user-config/bootstrap-script', { as: live.member, body: { script: 'true' } })
  await hit('GET /user-config/bootstrap-script', { as: live.member })
  await hit('POST /user-config/bootstrap-script', { as: live.member, body: { script: '' } })
}

async function changeTemplates(hit: Hit, kind: string, id: string, template: object): Promise<void> {
  await hit(`GET /template/${kind}`, { query: { all: 'false' } })
  await hit(`GET /template/${kind}/{template_id}`, { at: [id], query: { format: 'json' } })
  await hit(`PUT /template/${kind}/{template_id}`, {
    at: [id],
    body: { ...place, payload: payloadOf(template) },
  })
}

async function startFromTemplates(hit: Hit, task: string, cluster: string): Promise<void> {
  const body = { ...place, enqueueOnly: false, maxWaitSeconds: 60 }
  await hit('POST /session/_/create-from-template', {
    body: { ...body, template_id: task, name: 'from-task' },
    status: 201,
  })
  await hit('POST /session/_/create-cluster', {
    body: { ...body, template_id: cluster, clientSessionToken: 'from-cluster' },
    status: 201,
  })
  for (const name of ['from-task', 'from-cluster'])
    await hit('DELETE /session/{session_name}', { at: [name], query: { forced: 'true' } })
}

async function dotfiles(
  hit: Hit,
  path: string,
  scope: Record<string, string>,
  more: Pick<HitOptions, 'as'> = {},
): Promise<void> {
  const file = { ...scope, path: '.exrc', data: 'set nu', permission: '644' }
  await hit(`POST ${path}`, { ...more, body: file })
  await hit(`GET ${path}`, { ...more, query: { ...scope, path: '.exrc' } })
  await hit(`PATCH ${path}`, { ...more, body: { ...file, data: 'set nonu' } })
  await hit(`DELETE ${path}`, { ...more, query: { ...scope, path: '.exrc' } })
}
