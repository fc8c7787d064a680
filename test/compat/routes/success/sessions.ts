import { expect } from 'bun:test'
import { until } from '../../../harness/until.ts'
import { multipartOf } from '../../raw-request.ts'
import type { Hit } from '../hit.ts'
import type { Live } from '../live.ts'
import { onlyAgent } from './resources.ts'

const NAME = 'route-life'

/** The life of a session, with all that can be asked of it meanwhile. */
export async function sessions(live: Live, hit: Hit): Promise<void> {
  const { json: made } = await hit('POST /session', { body: { image: 'python', name: NAME }, status: 201 })
  await hit('POST /session/_/create', { body: { image: 'python', name: NAME }, status: 200 })
  const id = String(made.sessionId)
  const at = [NAME]
  expect((await hit('GET /session/_/match', { query: { id: id.slice(0, 8) } })).json.matches).toMatchObject([
    { id, name: NAME },
  ])
  await hit('POST /session/_/sync-agent-registry', { body: { agent: await onlyAgent(live) } })
  expect((await hit('GET /session/{session_name}', { at: [id] })).json).toMatchObject({ status: 'RUNNING' })
  const code = { mode: 'query', code: 'print(1 + 1)', runId: null }
  const { json: ran } = await hit('POST /session/{session_name}', { at, body: code, status: 200 })
  expect(JSON.stringify(ran)).toContain('2\\n')
  await hit('POST /session/{session_name}/interrupt', { at, status: 204 })
  await hit('POST /session/{session_name}/complete', {
    at,
    body: { code: 'pri', options: { row: 0, col: 3, line: 'pri', post: '' } },
  })
  await hit('GET /session/{session_name}/logs', { at })
  await hit('GET /session/{session_name}/direct-access-info', { at })
  await hit('GET /session/{session_name}/dependency-graph', { at })
  await hit('GET /session/{session_name}/abusing-report', { at })
  await files(hit, at)
  await hit('POST /session/{session_name}/rename', { at, query: { name: 'renamed-life' }, status: 204 })
  await hit('PATCH /session/{session_name}', { at: ['renamed-life'], status: 204 })
  await streams(live, hit, 'renamed-life')
  const gone = await hit('DELETE /session/{session_name}', { at: ['renamed-life'], status: 200 })
  expect(gone.json).toHaveProperty('stats')
  await batch(hit)
}

async function files(hit: Hit, at: string[]): Promise<void> {
  const { body, contentType } = multipartOf([{ name: 'note.txt', content: 'a note\n' }])
  await hit('POST /session/{session_name}/upload', { at, body, contentType, status: 204 })
  const { json } = await hit('GET /session/{session_name}/files', { at, body: { path: '.' } })
  expect(json.files).toContain('note.txt')
  await hit('GET /session/{session_name}/download', { at, body: { files: ['note.txt'] } })
  const one = await hit('GET /session/{session_name}/download_single', { at, query: { file: 'note.txt' } })
  expect(one.text).toContain('a note')
}

async function streams(live: Live, hit: Hit, name: string): Promise<void> {
  await hit('GET /stream/session/{session_name}/apps', { at: [name] })
  const base = `/stream/session/${name}`
  const run = await live.openSocket(live.admin, `${base}/execute`)
  const said: string[] = []
  run.on('message', (data) => said.push(String(data)))
  run.send(JSON.stringify({ mode: 'query', code: 'print("streamed")', options: {} }))
  await until(() => said.join('').includes('finished'), 20_000)
  expect(said.join('')).toContain('streamed')
  run.close()
  const terminal = await live.openSocket(live.admin, `${base}/pty`)
  const shown = new Promise((resolve) => terminal.once('message', resolve))
  terminal.send(JSON.stringify({ type: 'stdin', chars: Buffer.from('echo hi\n').toString('base64') }))
  await shown
  terminal.close()
}

/** A batch session's log, followed by what happened meanwhile. */
async function batch(hit: Hit): Promise<void> {
  const { json } = await hit('POST /session', {
    body: {
      image: 'python',
      name: 'route-batch',
      type: 'batch',
      startupCommand: 'echo batch',
      maxWaitSeconds: 60,
    },
    status: 201,
  })
  const taskId = String(json.sessionId)
  await until(
    async () => (await hit('GET /session/_/logs', { query: { taskId } })).text.includes('batch'),
    30_000,
  )
  await hit('HEAD /session/_/logs', { query: { taskId } })
}

/** Event streams: what has ended is told at once; what goes on is followed until it is told. */
export async function events(live: Live, hit: Hit): Promise<void> {
  const { rescan_images: scan } = await live.graphql<{ rescan_images: { task_id: string } }>(
    'mutation { rescan_images { ok msg task_id } }',
  )
  const ended = await hit('GET /events/background-task', { query: { task_id: scan.task_id } })
  expect(ended.text).toContain('server_close')
  const started = live.ask(live.admin, 'POST', '/session', { body: { image: 'python', name: 'watched' } })
  const heard = await live.hear(live.admin, '/events/session?sessionName=watched&scope=*', /session_started/)
  expect(heard).toContain('"sessionName":"watched"')
  expect((await started).status).toBe(201)
  await hit('DELETE /session/{session_name}', { at: ['watched'], query: { forced: 'true' } })
}
