import type { Tx } from '../../../db/store.ts'
import { accountChanged } from '../../../events/catalog/cluster.ts'
import { chunked } from '../rows.ts'

/** Tells all managers, once this transaction has committed, to forget what they know of these users. */
export async function emitAccountsChanged(tx: Tx, userUuids: readonly string[]): Promise<void> {
  await tx.emit(
    chunked(userUuids).map((some) => ({
      name: accountChanged.name,
      payload: { accessKeys: [], userUuids: some },
    })),
  )
}
