import { query, request } from './request.ts'

export interface SessionRow {
  id: string
  name: string
  image: string
  status: string
  status_info: string | null
  created_at: string
}

const LIST = `query($limit: Int!, $offset: Int!, $status: String) {
  compute_session_list(limit: $limit, offset: $offset, status: $status) {
    items { id name image status status_info created_at }
    total_count
  }
}`
const LIVE = 'PENDING,SCHEDULED,PULLING,PREPARING,RUNNING,RESTARTING,RUNNING_DEGRADED,TERMINATING,ERROR'

export async function liveSessions(): Promise<SessionRow[]> {
  const answer = await query<{ compute_session_list: { items: SessionRow[] } }>(LIST, {
    limit: 100,
    offset: 0,
    status: LIVE,
  })
  return answer.compute_session_list.items
}

export interface ImageRow {
  name: string
  tag: string
  registry: string
}

export async function images(): Promise<string[]> {
  const answer = await query<{ images: ImageRow[] }>('{ images { name tag registry } }')
  return answer.images.map((image) => `${image.registry}/${image.name}:${image.tag}`)
}

export const startSession = (image: string, name: string): Promise<unknown> =>
  request('POST', '/func/session', { image, name, enqueueOnly: true, config: {} })

export const endSession = (name: string, forced: boolean): Promise<unknown> =>
  request('DELETE', `/func/session/${encodeURIComponent(name)}${forced ? '?forced=true' : ''}`)

export const sessionLogs = async (name: string): Promise<string> =>
  (await request<{ result: { logs: string } }>('GET', `/func/session/${encodeURIComponent(name)}/logs`))
    .result.logs

export type ConsoleItem = [type: string, data: string]

export interface ExecuteFrame {
  status: string
  console: ConsoleItem[] | null
  exitCode: number | null
  options: { is_password?: boolean } | null
}

/** Runs a snippet; `onFrame` sees output as it comes. The returned function answers a question of the program. */
export function execute(name: string, code: string, onFrame: (frame: ExecuteFrame) => void): WebSocket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const path = `/func/stream/session/${encodeURIComponent(name)}/execute`
  const socket = new WebSocket(`${scheme}://${location.host}${path}`)
  socket.onopen = () => socket.send(JSON.stringify({ code, mode: 'query', options: {} }))
  socket.onmessage = (event) => onFrame(JSON.parse(event.data))
  return socket
}

/** Calls `onChange` after every event of the user's sessions; returns how to stop. */
export function watchSessions(onChange: () => void): () => void {
  const events = new EventSource('/func/events/session?sessionName=*&scope=session')
  const names = ['enqueued', 'scheduled', 'preparing', 'pulling', 'creating', 'started', 'cancelled']
  const ends = ['terminating', 'terminated', 'success', 'failure']
  for (const name of [...names, ...ends]) events.addEventListener(`session_${name}`, onChange)
  return () => events.close()
}
