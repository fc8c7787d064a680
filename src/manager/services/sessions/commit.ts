import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'
import type { BackgroundTasks } from '../background-tasks.ts'
import { noteCommit } from '../live-stats.ts'
import { callAgent } from './call-agent.ts'
import type { SessionContext } from './context.ts'
import { resolveRunning, type SessionRef } from './resolve.ts'

const POLL_MS = 1000
const FILENAME = /^(?!\.)[\w.+-]{1,200}$/

export interface BegunCommit {
  bgtask_id: string
  kernel: string
  path: string
}

/** Commits the main kernel of a session into an image file on its agent's machine, as a background task. */
export async function commitSession(
  context: SessionContext,
  tasks: Pick<BackgroundTasks, 'start'>,
  requester: Requester,
  ref: SessionRef,
  filename: string | null,
): Promise<BegunCommit> {
  const { ports } = context
  if (filename !== null && !FILENAME.test(filename)) {
    throw new Problem('invalid-api-params', {
      msg: `"${filename}" is no file name: letters, digits, "_", ".", "+" and "-", not beginning with a dot.`,
      data: { filename: 'not a file name' },
    })
  }
  const running = await resolveRunning(ports.store, requester, ref)
  const { kernel, session } = running
  const email = await ownerEmail(context, session.id)
  const begun = await callAgent(
    ports,
    running,
    'commitKernel',
    {
      kernelId: kernel.id,
      subdir: email.replaceAll('@', '_').replaceAll(/[^\w.+-]/g, '-'),
      filename: filename ?? `${stamp(ports.clock.now())}_${session.name}.tar.gz`,
      labels: { 'ai.backend.customized-image.user.email': email },
    },
    'kernel-execution-failed',
  )
  await noteCommit(ports.cache, kernel.id)
  const taskId = await tasks.start('commit', requester, async (progress, signal) => {
    progress.setTotal(1)
    await progress.step(0, `Committing the session "${session.name}" …`)
    for (;;) {
      await ports.clock.sleep(POLL_MS, signal)
      const state = await callAgent(
        ports,
        running,
        'commitStatus',
        { kernelId: kernel.id },
        'kernel-execution-failed',
      )
      if (state.status === 'ongoing') {
        await noteCommit(ports.cache, kernel.id)
        continue
      }
      if (state.error !== null) throw new Error(state.error)
      await progress.step(1, begun.path)
      return `The session "${session.name}" was committed to ${begun.path}.`
    }
  })
  return { bgtask_id: taskId, kernel: kernel.id, path: begun.path }
}

/** Whether the main kernel is being committed now. */
export async function commitStatus(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
): Promise<{ status: 'ready' | 'ongoing'; kernel: string }> {
  const running = await resolveRunning(ports.store, requester, ref)
  const { id } = running.kernel
  const { status } = await callAgent(
    ports,
    running,
    'commitStatus',
    { kernelId: id },
    'kernel-execution-failed',
  )
  return { status, kernel: id }
}

async function ownerEmail({ ports: { store } }: SessionContext, sessionId: string): Promise<string> {
  const { sessions, users } = store.tables
  const [row] = await store.db
    .select({ email: users.email })
    .from(sessions)
    .innerJoin(users, eq(sessions.userUuid, users.uuid))
    .where(eq(sessions.id, sessionId))
  return row?.email ?? 'unknown'
}

/** `20240720T120000` */
const stamp = (at: number): string => new Date(at).toISOString().replaceAll(/[-:]|\.\d+Z/g, '')
