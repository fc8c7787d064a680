import type { Connection } from './connection.ts'
import { of, type SessionRef } from './sessions.ts'

/** A session and those that it waits for. */
export interface DependencyNode {
  session_id: string
  session_name: string
  /** `KernelStatus.RUNNING` */
  status: string
  /** `2026-11-21 08:00:00.000000`, or `None`. */
  status_changed: string
  depends_on: DependencyNode[]
}

export interface CommitStart {
  bgtask_id: string
  kernel: string
  path: string
}

/** Where file transfer by SFTP reaches a session of the system; empty for others. */
export interface DirectAccess {
  kernel_role?: string
  session_type?: string
  sftp_ports?: number[]
  public_host?: string
}

/** What is known about a session beside its life. */
export interface SessionRecords {
  /** Status in lower case → ISO date of the change to it. */
  statusHistory(session: string, ref?: SessionRef): Promise<Record<string, string>>
  dependencyGraph(session: string, ref?: SessionRef): Promise<DependencyNode>
  abusingReport(session: string, ref?: SessionRef): Promise<Record<string, unknown>>
  directAccessInfo(session: string, ref?: SessionRef): Promise<DirectAccess>
  /** Begins to keep the file system of the session; `followTask` tells how far it is. */
  commit(session: string, options?: { filename?: string }, ref?: SessionRef): Promise<CommitStart>
  /** `ready`, or `ongoing` while a commit goes on. */
  commitStatus(session: string, ref?: SessionRef): Promise<{ status: string; kernel: string }>
  /** What a batch session has printed, also after its end. */
  taskLogs(sessionId: string, ref?: SessionRef): Promise<ReadableStream<Uint8Array>>
}

export function createSessionRecords(connection: Connection): SessionRecords {
  const read = <T>(session: string, what: string, ref?: SessionRef): Promise<T> =>
    connection.json<T>({ method: 'GET', path: ['session', session, what], ...of(ref) })
  return {
    async statusHistory(session, ref) {
      const body = await read<{ result: Record<string, string> }>(session, 'status-history', ref)
      return body.result
    },
    dependencyGraph: (session, ref) => read(session, 'dependency-graph', ref),
    abusingReport: (session, ref) => read(session, 'abusing-report', ref),
    directAccessInfo: (session, ref) => read(session, 'direct-access-info', ref),
    commit: (session, options = {}, ref) =>
      connection.json<CommitStart>({
        method: 'POST',
        path: ['session', session, 'commit'],
        ...of(ref),
        ...(options.filename ? { json: { filename: options.filename } } : {}),
      }),
    commitStatus: (session, ref) => read(session, 'commit', ref),
    async taskLogs(sessionId, ref = {}) {
      const response = await connection.send({
        method: 'GET',
        path: ['session', '_', 'logs'],
        query: { ...of(ref).query, taskId: sessionId },
        signal: ref.signal,
      })
      return response.body ?? new Blob([]).stream()
    },
  }
}
