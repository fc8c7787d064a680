import type { Clock } from '../../lib/clock.ts'
import type { AgentReport } from '../agent-rpc.ts'

interface Waiting {
  id: string
  report: AgentReport
  sentAt: number
  done(): void
}

/**
 * Reports until they are acknowledged. Those of one kernel leave one at a time, so that their order holds even when
 * frames are lost and sent again.
 */
export class ReportQueue {
  private readonly lanes = new Map<string, Waiting[]>()
  private readonly resendAfterMs: number
  private readonly clock: Clock
  private readonly send: (id: string, report: AgentReport) => void

  constructor(resendAfterMs: number, clock: Clock, send: (id: string, report: AgentReport) => void) {
    this.resendAfterMs = resendAfterMs
    this.clock = clock
    this.send = send
  }

  add(id: string, report: AgentReport): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const key = laneOf(report)
    const lane = this.lanes.get(key) ?? []
    lane.push({ id, report, sentAt: 0, done: resolve })
    this.lanes.set(key, lane)
    if (lane.length === 1) this.sendHead(lane)
    return promise
  }

  acknowledge(id: string): void {
    for (const [key, lane] of this.lanes) {
      if (lane[0]?.id !== id) continue
      lane.shift()?.done()
      if (lane.length === 0) this.lanes.delete(key)
      else this.sendHead(lane)
      return
    }
  }

  resendOverdue(): void {
    const oldest = this.clock.now() - this.resendAfterMs
    for (const lane of this.lanes.values()) if ((lane[0]?.sentAt ?? 0) <= oldest) this.sendHead(lane)
  }

  resendAll(): void {
    for (const lane of this.lanes.values()) this.sendHead(lane)
  }

  private sendHead(lane: Waiting[]): void {
    const head = lane[0]
    if (!head) return
    head.sentAt = this.clock.now()
    this.send(head.id, head.report)
  }
}

const laneOf = (report: AgentReport): string => ('kernelId' in report ? report.kernelId : report.type)
