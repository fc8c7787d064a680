import { eventKinds } from '../events/catalog/index.ts'
import { parsePayload } from '../events/envelope.ts'
import type { OutboxEvent } from './store.ts'

export interface OutboxRow {
  name: string
  source: string
  payload: unknown
  createdAt: Date
}

/** The events of one transaction: checked when emitted, written just before its commit. */
export interface OutboxBuffer {
  readonly rows: readonly OutboxRow[]
  emit(events: readonly OutboxEvent[]): Promise<void>
}

export function createOutboxBuffer(source: string, now: () => number): OutboxBuffer {
  const rows: OutboxRow[] = []
  return {
    rows,
    async emit(events) {
      rows.push(...events.map((event) => outboxRow(event, source, now())))
    },
  }
}

function outboxRow(event: OutboxEvent, source: string, at: number): OutboxRow {
  const kind = eventKinds.get(event.name)
  if (kind === undefined) throw new Error(`no event in the catalogue is named "${event.name}"`)
  return { name: event.name, source, payload: parsePayload(kind, event.payload), createdAt: new Date(at) }
}
