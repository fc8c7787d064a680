// Written by tools/migrations.ts (`bun run migrations`).
import sqlite0000 from './sqlite/0000_initial.sql' with { type: 'text' }
import postgres0000 from './postgres/0000_initial.sql' with { type: 'text' }

export const migrations = {
  sqlite: [
    { tag: '0000_initial', sql: sqlite0000 },
  ],
  postgres: [
    { tag: '0000_initial', sql: postgres0000 },
  ],
}
