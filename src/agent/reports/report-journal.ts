import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, unpack } from 'msgpackr'
import type { Logger } from '../../lib/logger.ts'
import type { ManagerLink } from '../../wire/agent-link.ts'
import type { AgentReport } from '../../wire/agent-rpc.ts'
import { removeUnfinished, writeDurably } from '../files/write-durably.ts'

/** Facts on their way to a manager. Ends of kernels and batch runs are on disk until a manager has stored them. */
export interface ReportJournal {
  /** Sends what an earlier life of this agent left unacknowledged. */
  resend(): Promise<void>
  /** Resolves when the report cannot be lost any more; its delivery goes on by itself. */
  report(report: AgentReport): Promise<void>
}

export interface ReportJournalOptions {
  dir: string
  link: Pick<ManagerLink, 'report'>
  ids: { next(): string }
  log: Logger
}

/** Losing one of these would lose a session; the others are told again by a hello. */
const isDurable = ({ type }: AgentReport): boolean =>
  type === 'kernel_terminated' || type === 'kernel_failed' || type === 'batch_finished'

export async function openReportJournal({
  dir,
  link,
  ids,
  log,
}: ReportJournalOptions): Promise<ReportJournal> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await removeUnfinished(dir)
  const left = (await readdir(dir)).filter((name) => name.endsWith('.report')).sort()
  let sequence = left.reduce((highest, name) => Math.max(highest, Number.parseInt(name, 10) || 0), 0)

  const deliver = (id: string, report: AgentReport, path: string | null) => {
    link
      .report(id, report)
      .then(() => (path === null ? undefined : rm(path, { force: true })))
      .catch((error: unknown) => log.warn({ error, type: report.type, reportId: id }, 'report not delivered'))
  }

  return {
    async resend() {
      for (const name of left.splice(0)) {
        const path = join(dir, name)
        const entry = await readEntry(path)
        if (entry) deliver(entry.id, entry.report, path)
        else log.error({ path }, 'unreadable report: left for inspection')
      }
    },
    async report(report) {
      const id = ids.next()
      if (!isDurable(report)) {
        deliver(id, report, null)
        return
      }
      sequence += 1
      const path = join(dir, `${String(sequence).padStart(12, '0')}.report`)
      await writeDurably(path, pack({ id, report }))
      deliver(id, report, path)
    },
  }
}

async function readEntry(path: string): Promise<{ id: string; report: AgentReport } | null> {
  try {
    return unpack(await readFile(path)) as { id: string; report: AgentReport }
  } catch {
    return null
  }
}
