import * as v from 'valibot'
import type { BusEvent, PublishOptions } from './bus.ts'
import type { EventKind } from './define.ts'

/** A payload does not have the shape that its kind declares. */
export class EventPayloadError extends Error {
  constructor(name: string, issues: readonly v.BaseIssue<unknown>[]) {
    const details = issues.map((issue) => `${v.getDotPath(issue) ?? 'payload'}: ${issue.message}`)
    super(`the payload of the event "${name}" is not valid: ${details.join('; ')}`)
    this.name = 'EventPayloadError'
  }
}

/** The payload as its kind's schema reads it, or `EventPayloadError`. */
export function parsePayload<P>(kind: EventKind<P>, payload: unknown): P {
  const parsed = v.safeParse(kind.schema, payload)
  if (!parsed.success) throw new EventPayloadError(kind.name, parsed.issues)
  return parsed.output
}

const envelopeSchema = v.object({
  id: v.string(),
  name: v.string(),
  source: v.string(),
  at: v.number(),
  payload: v.unknown(),
})

/** The JSON text of an event: both drivers carry it, so that nothing goes by reference in either. */
export function encodeEvent<P>(
  kind: EventKind<P>,
  payload: P,
  options: PublishOptions,
  now: () => number,
): string {
  const event: BusEvent = {
    id: options.id ?? crypto.randomUUID(),
    name: kind.name,
    source: options.source ?? '',
    at: options.at ?? now(),
    payload: parsePayload(kind, payload),
  }
  return JSON.stringify(event)
}

/** Reads an event back and checks it against the kind that its name calls for. */
export function decodeEvent<P>(kinds: ReadonlyMap<string, EventKind<P>>, text: string): BusEvent<P> {
  const event = v.parse(envelopeSchema, JSON.parse(text))
  const kind = kinds.get(event.name)
  if (kind === undefined) throw new Error(`an event of the kind "${event.name}" was not asked for`)
  return { ...event, payload: parsePayload(kind, event.payload) }
}
