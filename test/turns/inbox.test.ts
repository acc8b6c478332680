import { DatabaseSync } from 'node:sqlite'
import { describe } from 'vitest'
import { Postgres } from '#core/store/postgres.ts'
import { migrate } from '#core/store/postgres-schema.ts'
import { migrate as migrateFile } from '#core/store/sqlite-schema.ts'
import { PostgresInbox } from '#core/turns/postgres-inbox.ts'
import { SqliteInbox } from '#core/turns/sqlite-inbox.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { type InboxUnderTest, inboxContract } from './contract.ts'

describe('on SQLite', () => inboxContract(async () => onSqlite(), 100))

describe.skipIf(withoutPostgres)('on PostgreSQL', () => inboxContract(onPostgres, 30))

function onSqlite(): InboxUnderTest {
  const clock = new VirtualClock(1_000)
  const database = new DatabaseSync(':memory:')
  migrateFile(database)
  return {
    open: (owner) => new SqliteInbox(database, clock, owner),
    pass: (ms) => clock.advance(ms),
    ids: async () =>
      database
        .prepare('SELECT id FROM delivery ORDER BY seq')
        .all()
        .map(({ id }) => String(id)),
    reset: async () => database.exec('DELETE FROM delivery; DELETE FROM turn; DELETE FROM thread'),
    close: async () => database.close(),
  }
}

/** Replicas in one process: each has connections of its own. */
async function onPostgres(): Promise<InboxUnderTest> {
  const url = await freshDatabase()
  const postgres = new Postgres(url, quietLog)
  const other = new Postgres(url, quietLog)
  await migrate(postgres)
  let opened = 0
  return {
    open: (owner) => {
      opened += 1
      return new PostgresInbox(opened % 2 === 0 ? postgres : other, owner)
    },
    pass: async (ms) => {
      const sql =
        'UPDATE parley.thread SET leased_until = leased_until - $1::bigint, ready = ready - $1::bigint'
      await postgres.rows(sql, [ms])
    },
    ids: async () => {
      const rows = await postgres.rows<{ id: string }>('SELECT id FROM parley.delivery ORDER BY seq')
      return rows.map(({ id }) => id)
    },
    reset: async () => {
      await postgres.rows('TRUNCATE parley.delivery, parley.turn, parley.thread')
    },
    close: async () => {
      await Promise.all([postgres.close(), other.close()])
    },
  }
}
