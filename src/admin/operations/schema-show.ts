import * as v from 'valibot'
import { listMigrations } from '../../db/migrate.ts'
import { defineOperation } from './define.ts'

/** The database's dialect and each migration of this version with the ISO time of its application. */
export const schemaShow = defineOperation(v.object({}), async ({ store }) => ({
  dialect: store.dialect,
  migrations: (await listMigrations(store)).map(({ tag, appliedAt }) => ({
    tag,
    appliedAt: appliedAt?.toISOString() ?? null,
  })),
}))
