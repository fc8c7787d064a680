import type { Kit } from '../kit.ts'
import { accountTables } from './accounts.ts'
import { folderTables } from './folders.ts'
import { resourceTables } from './resources.ts'
import { serviceTables } from './services.ts'
import { sessionTables } from './sessions.ts'
import { systemTables } from './system.ts'

/** Every table, made with one dialect's kit. */
export const defineTables = (kit: Kit) => ({
  ...accountTables(kit),
  ...resourceTables(kit),
  ...sessionTables(kit),
  ...folderTables(kit),
  ...serviceTables(kit),
  ...systemTables(kit),
})

export type Tables = ReturnType<typeof defineTables>
