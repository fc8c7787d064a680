import { eq } from 'drizzle-orm'
import { bootstrapScriptParams } from '../../../api/dotfiles.ts'
import type { ManagerPorts } from '../../context.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const PATH = '/user-config/bootstrap-script'

/** The script that each new session of a keypair runs first, unless its request brings another. */
export function bootstrapScriptRoutes({ store }: Pick<ManagerPorts, 'store'>): readonly Route[] {
  const { keypairs } = store.tables
  return [
    defineRoute({
      method: 'GET',
      path: PATH,
      summary: 'Show the bootstrap script of your keypair',
      auth: 'user',
      handler: async ({ requester }) => {
        const [row] = await store.db
          .select({ script: keypairs.bootstrapScript })
          .from(keypairs)
          .where(eq(keypairs.accessKey, requester.accessKey))
        return json(row?.script ?? '')
      },
    }),
    defineRoute({
      method: 'POST',
      path: PATH,
      summary: 'Replace the bootstrap script of your keypair',
      auth: 'user',
      params: bootstrapScriptParams,
      handler: async ({ params, requester }) => {
        await store.tx((tx) =>
          tx
            .update(keypairs)
            .set({ bootstrapScript: params.script })
            .where(eq(keypairs.accessKey, requester.accessKey)),
        )
        return json({})
      },
    }),
  ]
}
