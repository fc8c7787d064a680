/** The shared configuration as nested tables; a value on a key that also has children is the child "". */
export type ConfigTree = { [key: string]: string | ConfigTree }

/** Quotes one part of a key as the original's etcd keys are: only letters, digits and `_.-~` stay. */
export const quoteKeyPart = (part: string): string =>
  encodeURIComponent(part).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** The part itself; text that is no valid quotation stands for itself. */
export function unquoteKeyPart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** `/config//docker/` → `config/docker`. */
export const normalizeKey = (key: string): string => key.split('/').filter(Boolean).join('/')

/** Every value of the tree with its quoted key below `prefix`. */
export function flattenTree(prefix: string, tree: ConfigTree): [key: string, value: string][] {
  return Object.entries(tree).flatMap(([part, value]) => {
    const key = normalizeKey(part === '' ? prefix : `${prefix}/${quoteKeyPart(part)}`)
    return typeof value === 'string' ? [[key, value] as [string, string]] : flattenTree(key, value)
  })
}

/** The tree below `prefix`, made of rows whose keys are `prefix` or begin with it. */
export function treeOf(prefix: string, rows: readonly (readonly [key: string, value: string])[]): ConfigTree {
  const root: ConfigTree = {}
  const depth = prefix === '' ? 0 : prefix.split('/').length
  for (const [key, value] of rows) {
    insert(root, key.split('/').slice(depth).map(unquoteKeyPart), value)
  }
  return root
}

function insert(tree: ConfigTree, path: readonly string[], value: string): void {
  const [head = '', ...rest] = path
  const existing = Object.hasOwn(tree, head) ? tree[head] : undefined
  if (rest.length > 0) {
    const inner = typeof existing === 'object' ? existing : existing === undefined ? {} : { '': existing }
    define(tree, head, inner)
    insert(inner, rest, value)
  } else if (typeof existing === 'object') define(existing, '', value)
  else define(tree, head, value)
}

/** An own property whatever it is called. */
function define(tree: ConfigTree, key: string, value: string | ConfigTree): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true })
}

/**
 * A tree from parsed JSON: numbers and booleans become text.
 * @throws RangeError naming the key whose value is null or a list.
 */
export function treeFromJson(json: unknown, key = ''): ConfigTree {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new RangeError(`${key || 'the document'}: expected an object of keys and values`)
  }
  const tree: ConfigTree = {}
  for (const [part, value] of Object.entries(json)) {
    const path = key === '' ? part : `${key}/${part}`
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (!isScalar && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new RangeError(`${path}: expected text, a number, a boolean or an object`)
    }
    define(tree, part, isScalar ? String(value) : treeFromJson(value, path))
  }
  return tree
}
