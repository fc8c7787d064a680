import type { Giver, World } from '../world.ts'

const OK = /"ok": true/

/** Policies, resource groups, settings, images, agents, storage: what administrators see to. */
export async function cluster(world: World): Promise<void> {
  const { admin } = world
  await policies(admin)
  await resourceGroups(admin)
  await settings(admin)
  await images(admin)
  await agents(world)
  await storage(admin)
  await manager(world)
}

async function policies(admin: Giver): Promise<void> {
  const path = 'admin keypair-resource-policy'
  const limits = ['--total-resource-slots', '{"cpu": 4}', '--max-concurrent-sessions', '3']
  await admin.json(`${path} add`, ['narrow', ...limits], OK)
  await admin.json(`${path} update`, ['narrow', '--max-concurrent-sessions', '2'], OK)
  await admin.run(`${path} info`, ['narrow'], /narrow[\s\S]*\b2\b/)
  await admin.run(`${path} list`, [], /default[\s\S]*narrow|narrow[\s\S]*default/)
  await admin.run(`${path} delete`, ['narrow'], /narrow/, { stdin: 'y\n' })
  await admin.run(`${path} info`, ['narrow'], /No matching entry found/)
}

async function resourceGroups(admin: Giver): Promise<void> {
  const path = 'admin scaling-group'
  const options = [
    '--driver',
    'static',
    '--driver-opts',
    '{}',
    '--scheduler',
    'fifo',
    '--scheduler-opts',
    '{}',
  ]
  await admin.json(`${path} add`, ['spare', '-d', 'Spare', ...options], OK)
  await admin.json(`${path} update`, ['spare', '-d', 'For spares', ...options], OK)
  await admin.run(`${path} info`, ['spare'], /For spares/)
  await admin.run(`${path} list`, [], /default[\s\S]*spare/)
  await admin.json(`${path} associate-scaling-group`, ['spare', 'default'], OK)
  await admin.run(`${path} get-available`, ['default'], /spare/)
  await admin.json(`${path} dissociate-scaling-group`, ['spare', 'default'], OK)
  await admin.run(`${path} get-available`, ['default'], /default/)
  await admin.json(`${path} delete`, ['spare'], OK)
}

async function settings(admin: Giver): Promise<void> {
  const key = 'config/test/colour'
  await admin.run('admin etcd set', [key, 'blue'], /Successfully set/)
  await admin.run('admin etcd get', [key], /blue/)
  await admin.run('admin etcd get', ['config/test', '-p'], /"colour": "blue"/)
  await admin.run('admin etcd delete', [key], /Successfully deleted/)
  await admin.run('admin etcd get', [key], /null/)
  await admin.run('admin permission list', [], /create-vfolder.*download-file/)
  // The open-source original has no such route either.
  await admin.run('admin license show', [], /404 Not Found/, { code: 1 })
}

async function images(admin: Giver): Promise<void> {
  const [image] = await admin.items('admin image list', [], /"python"/)
  const name = `${image?.registry}/${image?.name}:${image?.tag}`
  await admin.run('admin image alias', ['snake', name], /An alias has created: snake/)
  await admin.run('admin image list', [], /snake/)
  await admin.run('admin image dealias', ['snake'], /removed: snake/)
  await admin.run('admin image rescan', [], /Started updating[\s\S]*Finished registry scanning/)
}

/** What was used, once something was. */
export async function usage({ admin }: World): Promise<void> {
  const [project] = await admin.items('admin group list', [], /"default"/)
  const id = String(project?.id)
  await admin.run('admin resource query-slots', [], /cpu[\s\S]*mem/)
  await admin.run('admin resource vfolder-types', [], /user/)
  const registry = ['config/docker/registry/registry.example.org', 'https://registry.example.org']
  await admin.run('admin etcd set', registry, /Successfully set/)
  await admin.run('admin resource docker-registries', [], /^registry\.example\.org$/m)
  await admin.run('admin etcd delete', registry.slice(0, 1), /Successfully deleted/)
  await admin.run('admin resource recalculate-usage', [], /re-calculated/)
  const now = new Date()
  const month = `${now.getUTCFullYear()}${String(now.getUTCMonth() + 1).padStart(2, '0')}`
  await admin.run('admin resource usage-per-month', [month, id], /Group: default/)
  // The answer is a list, which the client takes for one object.
  await admin.run('admin resource usage-per-period', [id, `${month}01`, `${month}28`], /No usage information/)
}

async function agents({ admin, shape }: World): Promise<void> {
  const [agent] = await admin.items('admin agent list', [], /"ALIVE"/)
  const id = String(agent?.id)
  await admin.run('admin agent info', [id], /ALIVE/)
  await admin.run('admin manager scheduler exclude-agents', [id], /no longer start new sessions/)
  await admin.run('admin manager scheduler include-agents', [id], /now accepts new sessions/)
  await admin.run('admin watcher status', [id], /'agent-status', 'active'/)
  for (const action of ['stop', 'start', 'restart']) {
    // In one process with the manager, the agent lives as long as the manager does.
    if (shape.name === 'up')
      await admin.run(`admin watcher agent-${action}`, [id], /All roles share one process/, { code: 1 })
    else await admin.run(`admin watcher agent-${action}`, [id], /./)
  }
}

async function storage(admin: Giver): Promise<void> {
  await admin.run('admin storage list', [], /local:volume1\s+vfs/)
  await admin.run('admin storage info', ['local:volume1'], /status: healthy/)
  await admin.run('admin vfolder list-hosts', [], /Mounted hosts: local:volume1/)
  await admin.run('admin vfolder perf-metric', ['local:volume1'], /iops_read/)
  await admin.run('admin vfolder get-fstab-contents', [], /content/)
  await admin.run('admin vfolder list-mounts', [], /manager\n\s+success : True[\s\S]*agents/)
  // No machine has this export: that nothing was mounted is told for each node.
  await admin.run(
    'admin vfolder mount-host',
    ['127.0.0.1:/nothing', 'nothing'],
    /success : False[\s\S]*agents/,
  )
  await admin.run('admin vfolder umount-host', ['nothing'], /Nothing is mounted as "nothing"/, { code: 1 })
}

async function manager({ admin }: World): Promise<void> {
  await admin.run('admin announcement update', ['-m', 'Maintenance at noon'], /Posted/)
  await admin.run('admin announcement get', [], /Maintenance at noon/)
  await admin.run('admin agent list', [], /Maintenance at noon/)
  await admin.run('admin announcement dismiss', [], /Dismissed/, { stdin: 'y\n' })
  await admin.run('admin announcement delete', [], /Deleted announcement/, { stdin: 'y\n' })
  await admin.run('admin announcement get', [], /No announcements/)
  await admin.run('admin manager freeze', [], /successfully frozen/)
  await admin.run('admin manager status', [], /frozen/)
  await admin.run('admin manager unfreeze', [], /successfully unfrozen/)
  await admin.run('admin manager status', [], /running/)
}
