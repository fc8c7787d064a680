import { type AnyColumn, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { Store } from '../../db/store.ts'

/** `column` with `key` set to a text, written the way the dialect does it, so that many rows change in one statement. */
export function withJsonText(
  store: Pick<Store, 'dialect'>,
  column: AnyColumn,
  key: string,
  text: string | Placeholder,
): SQL {
  return store.dialect === 'sqlite'
    ? sql`json_set(${column}, ${`$."${key}"`}, ${text})`
    : sql`${column} || jsonb_build_object(${key}::text, ${text}::text)`
}

/** `column` with the number at `$.outer.inner` grown by `by`; rows without `outer` keep their value. */
export function withJsonCount(
  store: Pick<Store, 'dialect'>,
  column: AnyColumn,
  outer: string,
  inner: string,
  by: number,
): SQL {
  if (store.dialect === 'sqlite') {
    const path = `$."${outer}"."${inner}"`
    return sql`json_set(${column}, ${path}, coalesce(json_extract(${column}, ${path}), 0) + ${by})`
  }
  const path = `{${outer},${inner}}`
  return sql`jsonb_set(${column}, ${path}::text[], to_jsonb(coalesce((${column} #>> ${path}::text[])::int, 0) + ${by}::int))`
}

/** The text at the key that another column holds; null where there is none. */
export function jsonTextAt(store: Pick<Store, 'dialect'>, column: AnyColumn, key: AnyColumn): SQL {
  return store.dialect === 'sqlite'
    ? sql`json_extract(${column}, '$."' || ${key} || '"')`
    : sql`${column} ->> ${key}`
}
