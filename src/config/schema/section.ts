import * as v from 'valibot'

type Camel<Key extends string> = Key extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key
type CamelKeys<T> = { [Key in keyof T as Key extends string ? Camel<Key> : never]: T[Key] }

/** A table of the file. Keys are kebab-case in the file and camelCase in the program; every key has a default. */
export interface SectionSchema<Entries extends v.ObjectEntries>
  extends v.GenericSchema<unknown, CamelKeys<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>>> {
  readonly sectionEntries: Entries
}

/** A table whose keys are names that the user chooses. */
export interface NamedSectionsSchema<Item extends v.GenericSchema>
  extends v.GenericSchema<unknown, Readonly<Record<string, v.InferOutput<Item>>>> {
  readonly item: Item
}

/** The program's name of a key. */
export const camel = (key: string): string =>
  key.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

export function section<const Entries extends v.ObjectEntries>(entries: Entries): SectionSchema<Entries> {
  const schema = v.optional(
    v.pipe(
      v.strictObject(entries),
      v.transform((table) =>
        Object.fromEntries(Object.entries(table).map(([key, value]) => [camel(key), value])),
      ),
    ),
    {} as never,
  )
  return Object.assign(schema, { sectionEntries: entries }) as unknown as SectionSchema<Entries>
}

export function namedSections<Item extends v.GenericSchema>(item: Item): NamedSectionsSchema<Item> {
  return Object.assign(v.optional(v.record(v.string(), item), {} as never), {
    item,
  }) as unknown as NamedSectionsSchema<Item>
}

const entriesOf = (schema: object): v.ObjectEntries | null =>
  'sectionEntries' in schema ? (schema.sectionEntries as v.ObjectEntries) : null

/** The schema at a path of the file, or null when the file has no such key. */
export function schemaAt(root: v.GenericSchema, path: readonly string[]): v.GenericSchema | null {
  const [head, ...rest] = path
  if (head === undefined) return root
  const next = entriesOf(root)?.[head] ?? ('item' in root ? (root.item as v.GenericSchema) : undefined)
  return next ? schemaAt(next as v.GenericSchema, rest) : null
}

/** Every key below `root`, dotted; a name that the user chooses is `<name>`. */
export function keysOf(root: v.GenericSchema, prefix: readonly string[] = []): string[] {
  const entries = entriesOf(root)
  if (entries) {
    return Object.entries(entries).flatMap(([key, schema]) =>
      keysOf(schema as v.GenericSchema, [...prefix, key]),
    )
  }
  if ('item' in root && prefix.length > 0) return keysOf(root.item as v.GenericSchema, [...prefix, '<name>'])
  return [prefix.join('.')]
}
