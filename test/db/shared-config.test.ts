import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { sharedConfigContract } from '../contract/shared-config.ts'

sharedConfigContract('sqlite', () =>
  openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLogger }),
)
