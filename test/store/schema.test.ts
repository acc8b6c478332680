import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Postgres } from '#core/store/postgres.ts'
import { migrate as migratePostgres } from '#core/store/postgres-schema.ts'
import { migrate } from '#core/store/sqlite-schema.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { openStore } from '#core/store/store.ts'
import { openInbox } from '#core/turns/open-inbox.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

const file = () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-schema-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'parley.sqlite')
}

/** Exactly what the tag `first-light` made, with a question that it left half-way and one that waits. */
const FIRST_LIGHT = `
  CREATE TABLE kv (
    ns TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER,
    PRIMARY KEY (ns, key)
  ) WITHOUT ROWID;
  CREATE INDEX kv_expires ON kv (expires) WHERE expires IS NOT NULL;
  CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    thread TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    turn INTEGER,
    done INTEGER);
  CREATE INDEX delivery_waiting ON delivery (thread, sent_at, seq) WHERE turn IS NULL;
  CREATE INDEX delivery_turn ON delivery (turn);
  CREATE TABLE turn (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    journal TEXT,
    done INTEGER);
  CREATE INDEX turn_unfinished ON turn (thread) WHERE done IS NULL;
  CREATE TABLE thread (
    id TEXT PRIMARY KEY,
    open INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE INDEX thread_ready ON thread (leased_until, ready) WHERE open > 0;
  INSERT INTO kv VALUES ('x', 'key', '{"value":"kept"}', NULL);
  INSERT INTO thread VALUES ('a', 2, 1, 5, 3);
  INSERT INTO turn VALUES (1, 'a', 1, 'half-way', NULL);
  INSERT INTO delivery VALUES (1, 'q1', 'a', 10, 'first', 1, NULL), (2, 'q2', 'a', 20, 'second', NULL, NULL);`

describe('a file', () => {
  test('of first-light is opened as it is, and goes on where it stood', async () => {
    const path = file()
    const old = new DatabaseSync(path)
    old.exec(FIRST_LIGHT)
    old.close()
    const store = openSqliteStore(`sqlite:${path}`, quietLog)
    onTestFinished(() => store.close())
    expect(await store.keyv('x').get('key')).toBe('kept')
    const inbox = openInbox(store, new VirtualClock(1_000))
    const first = await inbox.claim()
    expect(first).toMatchObject({ turn: 1, attempt: 2, fence: 4, journal: 'half-way' })
    expect(first?.deliveries.map(({ id }) => id)).toEqual(['q1'])
    if (first) await inbox.done(first)
    expect((await inbox.claim())?.deliveries.map(({ body }) => body)).toEqual(['second'])
  })

  test('that was brought up to date has the tables of a new one', () => {
    const [old, fresh] = [new DatabaseSync(':memory:'), new DatabaseSync(':memory:')]
    old.exec(FIRST_LIGHT)
    migrate(old)
    migrate(old)
    migrate(fresh)
    const shapeOf = (database: DatabaseSync) => ({
      version: database.prepare('PRAGMA user_version').get(),
      columns: ['kv', 'delivery', 'turn', 'thread'].map((table) =>
        database
          .prepare('SELECT name, "notnull" FROM pragma_table_info(?) ORDER BY name')
          .all(table)
          .map((column) => ({ ...column })),
      ),
      indexes: database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")
        .all()
        .map(({ name }) => name),
    })
    expect(shapeOf(old)).toEqual(shapeOf(fresh))
  })

  test('of a later Parley is refused, and left as it is', () => {
    const path = file()
    const later = new DatabaseSync(path)
    later.exec('CREATE TABLE news (x); PRAGMA user_version = 999')
    expect(() => openSqliteStore(`sqlite:${path}`, quietLog)).toThrow(
      /PARLEY_STORE is .*it was written by a later Parley \(version 999 of its tables; this one knows \d+\)\. Start that Parley/,
    )
    expect(later.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.n).toBe(1)
    later.close()
  })
})

describe.skipIf(withoutPostgres)('a database of PostgreSQL', () => {
  test('is made once, however many replicas start at the same time', async () => {
    const url = await freshDatabase()
    const stores = await Promise.all([1, 2, 3].map(() => openStore(url, quietLog)))
    await stores[0]?.keyv('x').set('key', 'value')
    expect(await stores[2]?.keyv('x').get('key')).toBe('value')
    await Promise.all(stores.map((store) => store.close()))
  })

  test('of a later Parley is refused, without its password', async () => {
    const url = await freshDatabase()
    const postgres = new Postgres(url, quietLog)
    await migratePostgres(postgres)
    await postgres.rows('UPDATE parley.version SET version = 999')
    await postgres.close()
    const error = await openStore(url, quietLog).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/PARLEY_STORE is "postgres:\/\/…@.*written by a later Parley \(version 999/)
    expect(String(error)).not.toContain(new URL(url).password || 'not-asked-for')
  })
})
