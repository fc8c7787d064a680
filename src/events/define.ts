import type { GenericSchema, InferOutput } from 'valibot'

/** A kind of event: its name on the wire and the shape of its payload. Nobody publishes a bare string. */
export interface EventKind<Payload = unknown> {
  readonly name: string
  readonly schema: GenericSchema<unknown, Payload>
}

export function defineEvent<const Schema extends GenericSchema>(
  name: string,
  schema: Schema,
): EventKind<InferOutput<Schema>> {
  return { name, schema: schema as unknown as GenericSchema<unknown, InferOutput<Schema>> }
}

/** The kinds by their names on the wire. */
export const kindsByName = <P>(kinds: readonly EventKind<P>[]): ReadonlyMap<string, EventKind<P>> =>
  new Map(kinds.map((kind) => [kind.name, kind]))
