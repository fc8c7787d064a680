// Written by tools/migrations.ts (`bun run migrations`).
import sqlite0000 from './sqlite/0000_initial.sql' with { type: 'text' }
import sqlite0001 from './sqlite/0001_rest-api.sql' with { type: 'text' }
import sqlite0002 from './sqlite/0002_model-services.sql' with { type: 'text' }
import sqlite0003 from './sqlite/0003_assigned-scaling-group.sql' with { type: 'text' }
import sqlite0004 from './sqlite/0004_audit-and-totp.sql' with { type: 'text' }
import postgres0000 from './postgres/0000_initial.sql' with { type: 'text' }
import postgres0001 from './postgres/0001_rest-api.sql' with { type: 'text' }
import postgres0002 from './postgres/0002_model-services.sql' with { type: 'text' }
import postgres0003 from './postgres/0003_assigned-scaling-group.sql' with { type: 'text' }
import postgres0004 from './postgres/0004_audit-and-totp.sql' with { type: 'text' }

export const migrations = {
  sqlite: [
    { tag: '0000_initial', sql: sqlite0000 },
    { tag: '0001_rest-api', sql: sqlite0001 },
    { tag: '0002_model-services', sql: sqlite0002 },
    { tag: '0003_assigned-scaling-group', sql: sqlite0003 },
    { tag: '0004_audit-and-totp', sql: sqlite0004 },
  ],
  postgres: [
    { tag: '0000_initial', sql: postgres0000 },
    { tag: '0001_rest-api', sql: postgres0001 },
    { tag: '0002_model-services', sql: postgres0002 },
    { tag: '0003_assigned-scaling-group', sql: postgres0003 },
    { tag: '0004_audit-and-totp', sql: postgres0004 },
  ],
}
