import type { Store } from './store.ts'

type Source = Pick<Store, 'db' | 'tables' | 'dialect'>

/** Makes something of a store when it is first asked for, and gives the same again for that store: prepared queries. */
export function oncePerStore<S extends Pick<Source, 'db'>, T>(build: (store: S) => T): (store: S) => T {
  const built = new WeakMap<object, { value: T }>()
  return (store) => {
    const known = built.get(store.db)
    if (known) return known.value
    const value = build(store)
    built.set(store.db, { value })
    return value
  }
}
