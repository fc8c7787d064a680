import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { totpAt, totpStep } from '../../../src/lib/totp.ts'
import { runProduct } from '../../harness/product.ts'
import { tempDirectory } from '../../harness/temp.ts'
import { until } from '../../harness/until.ts'
import { hitOf } from '../routes/hit.ts'
import type { Live } from '../routes/live.ts'
import { onlyAgent } from '../routes/success/resources.ts'

/** What queries name. */
export interface World {
  agent: string
  image: string
  imageId: string
  session: string
  batch: string
  kernel: string
  folder: string
  host: string
  admin: string
  /** Of a Harbor registry that says yes to everything. */
  registry: string
}

/** Images of that registry. */
export const FOREIGN = ['1', '2'].map((tag) => ({
  id: `00000000-0000-4000-8000-00000000000${tag}`,
  name: `registry.example.org/p/seen:${tag}`,
  image: 'p/seen',
  tag,
  registry: 'registry.example.org',
  architecture: 'x86_64',
  config_digest: `sha256:${tag}`,
  size_bytes: 1000,
  is_local: false,
  type: 'compute',
  labels: {},
  resources: { cpu: { min: '1', max: null } },
}))

const LOST_AGENT = {
  id: 'i-lost',
  status: 'LOST',
  status_changed: '2026-01-02T00:00:00Z',
  region: 'local',
  scaling_group: 'default',
  schedulable: false,
  available_slots: { cpu: '1' },
  addr: 'tcp://192.0.2.1:6001',
  public_host: '192.0.2.1',
  first_contact: '2026-01-01T00:00:00Z',
  lost_at: '2026-01-02T00:00:00Z',
  version: '0.1.0',
  architecture: 'x86_64',
  compute_plugins: {},
}

/** Sessions that run and that have ended, folders, an agent that was lost: all that queries need to have data. */
export async function settle(live: Live, places: { reports: string; registry: string }): Promise<World> {
  const hit = hitOf(live)
  await populate(live, { agents: [LOST_AGENT], images: FOREIGN })
  const { json: hosts } = await hit('GET /folders/_/hosts')
  const host = String(hosts.default)
  const { json: folder } = await hit('POST /folders', {
    body: { name: 'seen', host, cloneable: true, quota: '10m' },
  })
  await hit('POST /folders', { body: { name: 'outside', unmanaged_path: '/tmp', usage_mode: 'general' } })
  await activateTotp(live)
  await endAfterStats(live)
  await hit('POST /folders', { body: { name: 'common', host, group: live.group } })
  await hit('POST /folders/{name}/share', {
    at: ['common'],
    body: { permission: 'ro', emails: [live.friend.email] },
  })
  const { json: made } = await hit('POST /session', {
    body: {
      image: 'python',
      name: 'graph-main',
      tag: 'tagged',
      bootstrap_script: 'true',
      callback_url: 'http://127.0.0.1:9/',
      config: {
        mounts: ['seen'],
        environ: { A: 'b' },
        preopen_ports: [8888],
        resource_opts: { shmem: '64m' },
      },
    },
    status: 201,
  })
  await hit('POST /session/{session_name}', {
    at: ['graph-main'],
    body: { mode: 'query', code: '1', runId: null },
  })
  const { json: batch } = await hit('POST /session', {
    body: {
      image: 'python',
      name: 'graph-batch',
      type: 'batch',
      startupCommand: 'exit 0',
      starts_at: '2026-01-01T00:00:00Z',
      dependencies: [],
      maxWaitSeconds: 60,
    },
  })
  const session = String(made.sessionId)
  type Ended = { compute_session: { result: string; status: string } | null }
  await until(async () => {
    const { compute_session: one } = await live.graphql<Ended>(
      'query($id: UUID!) { compute_session(id: $id) { result status } }',
      { id: batch.sessionId },
    )
    return one?.status === 'TERMINATED'
  }, 60_000)
  await live.ask(live.admin, 'POST', '/session', {
    body: { image: 'python', name: 'graph-after', dependencies: [session], maxWaitSeconds: 60 },
  })
  type Images = { images: { id: string; name: string; tag: string; registry: string }[] }
  const { images } = await live.graphql<Images>('{ images { id name tag registry } }')
  const image = images.find(({ registry }) => registry !== 'registry.example.org')
  type Kernels = { compute_session: { main_kernel_id: string } }
  const { compute_session: one } = await live.graphql<Kernels>(
    'query($id: UUID!) { compute_session(id: $id) { main_kernel_id } }',
    { id: session },
  )
  writeFileSync(
    join(places.reports, `report.${one.main_kernel_id}.json`),
    JSON.stringify({ ID: one.main_kernel_id, reason: 'seen' }),
  )
  await until(
    async () => (await containersOf(live, session)).some(({ abusing_report: report }) => report !== null),
    60_000,
  )
  const { user } = await live.graphql<{ user: { uuid: string } }>('{ user { uuid } }')
  return {
    admin: user.uuid,
    registry: places.registry,
    agent: await onlyAgent(live),
    image: `${image?.registry}/${image?.name}:${image?.tag}`,
    imageId: image?.id ?? '',
    session,
    batch: String(batch.sessionId),
    kernel: one.main_kernel_id,
    folder: String(folder.id).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    host,
  }
}

async function activateTotp({ ask, friend }: Live): Promise<void> {
  const { json } = await ask(friend, 'POST', '/totp', { body: {} })
  const otp = totpAt(String(json.totp_key), totpStep(Date.now()))
  const { status, text } = await ask(friend, 'POST', '/totp/verify', { body: { otp } })
  if (status !== 200) throw new Error(text)
}

interface Container {
  live_stat: string | null
  abusing_report: string | null
}
async function containersOf(live: Live, id: string): Promise<Container[]> {
  const { compute_session: session } = await live.graphql<{ compute_session: { containers: Container[] } }>(
    'query($id: UUID!) { compute_session(id: $id) { containers { live_stat abusing_report } } }',
    { id },
  )
  return session.containers
}

/** A session that has been measured before it ended. */
async function endAfterStats(live: Live): Promise<void> {
  const hit = hitOf(live)
  const { json } = await hit('POST /session', { body: { image: 'python', name: 'graph-gone' } })
  const id = String(json.sessionId)
  await until(async () => (await containersOf(live, id)).some((one) => one.live_stat !== null), 60_000)
  await hit('DELETE /session/{session_name}', { at: ['graph-gone'] })
}

/** `mgr fixture populate`, as an administrator would. @throws Error with what it says */
async function populate(live: Live, tables: object): Promise<void> {
  using directory = tempDirectory('fixture')
  const file = directory.at('fixture.json')
  writeFileSync(file, JSON.stringify(tables))
  const { code, stderr } = await runProduct([
    'mgr',
    'fixture',
    'populate',
    file,
    '--data',
    live.shape.dataDir,
  ])
  if (code !== 0) throw new Error(stderr)
}
