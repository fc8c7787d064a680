import { showMountReport } from '../admin/mount-report.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { sizeText } from '../sizes.ts'

interface MountFlags {
  options?: string
  fsType?: string
  scalingGroup?: string
  editFstab?: boolean
}

/** The commands of `admin vfolder` that are about storage hosts. */
export const defineAdminVfolderHosts: Define = (vfolder, bind) => {
  subcommand(vfolder, {
    name: 'list-hosts',
    summary: 'list all storage hosts',
    examples: ['admin vfolder list-hosts'],
  }).action(bind(({ context }) => listHosts(context)))

  subcommand(vfolder, {
    name: 'perf-metric',
    summary: 'show how busy a storage host is',
    examples: ['admin vfolder perf-metric local:volume1'],
  })
    .argument('<HOST>', 'PROXY:VOLUME')
    .action(bind(({ context, args }) => performance(context, args[0] ?? '')))

  subcommand(vfolder, {
    name: 'get-fstab-contents',
    summary: 'show the mount table of an agent, or of the manager',
    examples: ['admin vfolder get-fstab-contents -a i-node1'],
  })
    .option('-a, --agent-id <ID>', 'agent; the manager by default')
    .action(
      bind<{ agentId?: string }>(async ({ context: { client, out }, options }) => {
        const found = await (await client()).storageHosts.fstab(options.agentId)
        if (out.isJson) out.json(found)
        else out.text(found.content)
        return EXIT.ok
      }),
    )

  subcommand(vfolder, {
    name: 'list-mounts',
    summary: 'list what is mounted on the manager and on agents',
    examples: ['admin vfolder list-mounts'],
  }).action(
    bind(async ({ context }) =>
      showMountReport(context, await (await context.client()).storageHosts.mounts()),
    ),
  )

  subcommand(vfolder, {
    name: 'mount-host',
    summary: 'mount a file system as a storage host',
    examples: ['admin vfolder mount-host 10.0.0.1:/export volume2 -o rw'],
  })
    .argument('<FS_LOCATION>', 'what is mounted: 10.0.0.1:/export')
    .argument('<NAME>', 'name of the host')
    .option('-o, --options <TEXT>', 'options of the mount')
    .option('--fs-type <TYPE>', 'kind of file system; nfs by default')
    .option('--scaling-group <NAME>', 'only on agents of this resource group')
    .option('--edit-fstab', 'mount it at every start')
    .action(
      bind<MountFlags>(async ({ context, options, args: [fsLocation = '', name = ''] }) => {
        const { storageHosts } = await context.client()
        return showMountReport(context, await storageHosts.mount({ ...mountOf(options), fsLocation, name }))
      }),
    )

  subcommand(vfolder, {
    name: 'umount-host',
    summary: 'unmount a storage host',
    examples: ['admin vfolder umount-host volume2'],
  })
    .argument('<NAME>', 'name of the host')
    .option('--edit-fstab', 'mount it at no start any more')
    .action(
      bind<{ editFstab?: boolean }>(async ({ context, options, args: [name = ''] }) => {
        const { storageHosts } = await context.client()
        return showMountReport(context, await storageHosts.unmount(name, { editFstab: options.editFstab }))
      }),
    )
}

const mountOf = ({ options, fsType, scalingGroup, editFstab }: MountFlags) => ({
  options,
  fsType,
  scalingGroup,
  editFstab,
})

async function listHosts({ client, out }: CommandContext): Promise<number> {
  const hosts = await (await client()).storageHosts.list()
  if (out.isJson) {
    out.json(hosts)
    return EXIT.ok
  }
  out.text(hosts.allowed.map((host) => (host === hosts.default ? `${host} (default)` : host)).join('\n'))
  return EXIT.ok
}

async function performance({ client, out }: CommandContext, host: string): Promise<number> {
  const metric = await (await client()).storageHosts.performanceMetric(host)
  if (out.isJson) {
    out.json({ metric })
    return EXIT.ok
  }
  const text = (name: string, value: number): string =>
    name.includes('bytes') ? sizeText(value) : String(value)
  out.fields(Object.entries(metric).map(([name, value]) => [name, text(name, value)]))
  return EXIT.ok
}
