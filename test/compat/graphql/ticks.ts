import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql'

/** Which fields have been resolved with data, as `Type.field`. */
export interface Ticks {
  /** Ticks every field of an answer that is not null, under its type and that type's interfaces. */
  take(root: 'Queries' | 'Mutations', data: unknown): void
  has(place: string): boolean
}

export function createTicks(schema: GraphQLSchema): Ticks {
  const seen = new Set<string>()
  const tick = (type: GraphQLObjectType, field: string): void => {
    seen.add(`${type.name}.${field}`)
    for (const one of type.getInterfaces()) if (one.getFields()[field]) seen.add(`${one.name}.${field}`)
  }
  const walk = (typeName: string, value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(typeName, one)
    if (typeof value !== 'object' || value === null) return
    const named = '__typename' in value ? String(value.__typename) : typeName
    const type = schema.getType(named)
    if (!isObjectType(type)) return
    for (const [name, one] of Object.entries(value)) {
      const field = type.getFields()[name]
      if (!field || one === null) continue
      tick(type, name)
      walk(String(field.type).replace(/[[\]!]/g, ''), one)
    }
  }
  return { take: walk, has: (place) => seen.has(place) }
}

/** Types and root fields of model services, and quotas of volumes that keep them, which come later. */
const LATER = /^(Endpoint|Routing|InferenceSession|ModelCard|RuntimeVariant|ModifyEndpoint)/
const LATER_ROOTS = /^(Queries|Mutations)\.(endpoint|routing|model_card|modify_endpoint)/
const LATER_FIELDS = [
  'ComputeSession.inference_metrics',
  'QuotaDetails.usage_bytes',
  'QuotaDetails.hard_limit_bytes',
]
export const isLater = (place: string): boolean =>
  LATER.test(place) || LATER_ROOTS.test(place) || LATER_FIELDS.includes(place)

/** Null in the original, too: sessions do not remember their template. */
export const isNeverSet = (place: string): boolean => place === 'ComputeSession.cluster_template'

/** Every output field that a version's schema has, of `data/graphql-VERSION.json`. */
export function placesOf(signatures: Record<string, Record<string, string>>): string[] {
  return Object.entries(signatures)
    .filter(([, parts]) => /^(type|interface)\b/.test(parts[''] ?? ''))
    .flatMap(([type, parts]) =>
      Object.keys(parts)
        .filter((name) => name !== '' && !name.includes('('))
        .map((name) => `${type}.${name}`),
    )
}
