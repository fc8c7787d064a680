import * as v from 'valibot'
import { type ConfigTree, treeFromJson } from '../../core/config-tree.ts'
import { Problem } from '../../core/problem.ts'
import { defineOperation } from './define.ts'

const key = v.object({ key: v.string() })

/** The value of one key, null when there is none. */
export const configGet = defineOperation(key, async ({ config }, params) => ({
  value: await config.get(params.key),
}))

/** All below a key; "" is everything. */
export const configTree = defineOperation(key, async ({ config }, params) => ({
  tree: await config.getPrefix(params.key),
}))

export const configPut = defineOperation(
  v.object({ key: v.string(), value: v.string() }),
  async ({ config }, params) => {
    await config.set(params.key, params.value)
    return {}
  },
)

/** Writes a JSON document below a key; what it does not name stays. */
export const configPutTree = defineOperation(
  v.object({ key: v.string(), json: v.unknown() }),
  async ({ config }, params) => {
    const tree = checkedTree(params.json)
    await config.setTree(params.key, tree)
    return { written: countValues(tree) }
  },
)

export const configDelete = defineOperation(
  v.object({ key: v.string(), prefix: v.boolean() }),
  async ({ config }, params) => {
    await config.delete(params.key, { prefix: params.prefix })
    return {}
  },
)

export const configMove = defineOperation(
  v.object({ from: v.string(), to: v.string() }),
  async ({ config }, params) => {
    await config.move(params.from, params.to)
    return {}
  },
)

function checkedTree(json: unknown): ConfigTree {
  try {
    return treeFromJson(json)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Problem('invalid-api-params', { msg: error.message })
  }
}

const countValues = (tree: ConfigTree): number =>
  Object.values(tree).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? 1 : countValues(value)),
    0,
  )
