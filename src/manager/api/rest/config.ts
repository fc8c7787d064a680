import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { flag } from '../../../api/fields.ts'
import type { ConfigTree } from '../../../config/shared.ts'
import { normalizeKey, unquoteKeyPart } from '../../../core/config-tree.ts'
import { Problem } from '../../../core/problem.ts'
import type { ManagerPorts } from '../../context.ts'
import { folderTypes } from '../../services/folders/folder-types.ts'
import { registries } from '../../services/registries.ts'
import { describeSlot } from '../../services/slot-metadata.ts'
import { slotTypes } from '../../services/slot-types.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const configKey = v.pipe(
  v.string(),
  v.trim(),
  v.transform((key) => key.replace(/^\/+|\/+$/g, '')),
  v.minLength(1, 'the key is empty'),
  v.maxLength(512),
  v.check((key) => !key.split('/').includes('..'), 'the key must not contain ".."'),
)

const tree: v.GenericSchema<unknown, ConfigTree> = v.lazy(() =>
  v.record(
    v.string(),
    v.union([
      v.string(),
      v.pipe(
        v.union([v.number(), v.boolean()]),
        v.transform((value) => String(value)),
      ),
      tree,
    ]),
  ),
)

/** Shared settings, under the names that the original's etcd routes have. */
export function configRoutes({ config, store }: Pick<ManagerPorts, 'config' | 'store'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/config/resource-slots',
      summary: 'List the resource slot types',
      auth: 'anonymous',
      handler: async () => json(await slotTypes(config)),
    }),
    defineRoute({
      method: 'GET',
      path: '/config/resource-slots/details',
      summary: 'Describe the resource slots of a scaling group',
      auth: 'user',
      params: v.object({ sgroup: v.optional(v.nullable(v.string()), null) }),
      handler: async ({ params }) => {
        const types = await slotTypes(config)
        const offered = params.sgroup === null ? null : await slotsOffered(params.sgroup)
        const names = Object.keys(types).filter((name) => offered?.has(name) ?? true)
        return json(Object.fromEntries(names.map((name) => [name, describeSlot(name, types[name])])))
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/config/vfolder-types',
      summary: 'List the folder types on offer',
      auth: 'user',
      handler: async () => json(await folderTypes(config)),
    }),
    defineRoute({
      method: 'GET',
      path: '/config/docker-registries',
      summary: 'List the container registries',
      auth: 'superadmin',
      handler: async () =>
        json(Object.fromEntries([...(await registries(config))].map(([name, { url }]) => [name, url]))),
    }),
    defineRoute({
      method: 'POST',
      path: '/config/get',
      summary: 'Read a shared setting or all below it',
      audited: false,
      auth: 'superadmin',
      params: v.object({ key: configKey, prefix: v.optional(flag, false) }),
      handler: async ({ params: { key, prefix } }) => {
        refuseSecrets(key)
        return json({ result: prefix ? await config.getPrefix(key) : await config.get(key) })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/config/set',
      summary: 'Write a shared setting or a tree of them',
      auth: 'superadmin',
      params: v.object({ key: configKey, value: v.union([v.string(), tree]) }),
      handler: async ({ params: { key, value } }) => {
        refuseSecrets(key)
        if (typeof value !== 'string' && Object.keys(value).length === 0) {
          throw new Problem('invalid-api-params', { msg: 'The tree is empty.', data: { value: 'empty' } })
        }
        if (typeof value === 'string') await config.set(key, value)
        else await config.setTree(key, value)
        return json({ result: 'ok' })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/config/delete',
      summary: 'Delete a shared setting or all below it',
      auth: 'superadmin',
      params: v.object({ key: configKey, prefix: v.optional(flag, false) }),
      handler: async ({ params: { key, prefix } }) => {
        refuseSecrets(key)
        await config.delete(key, { prefix })
        return json({ result: 'ok' })
      },
    }),
  ]

  async function slotsOffered(scalingGroup: string): Promise<ReadonlySet<string>> {
    const { agents } = store.tables
    const rows = await store.db
      .select({ slots: agents.availableSlots })
      .from(agents)
      .where(eq(agents.scalingGroup, scalingGroup))
    return new Set(rows.flatMap(({ slots }) => Object.keys(slots)))
  }
}

/** What the cluster keeps for itself (link keys, signing keys) is for `mgr etcd` on a manager's own machine. */
function refuseSecrets(key: string): void {
  if (unquoteKeyPart(normalizeKey(key).split('/')[0] ?? '') !== 'secrets') return
  throw new Problem('generic-forbidden', { msg: 'The API neither shows nor changes keys below "secrets".' })
}
