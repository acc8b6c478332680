import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTick } from 'node:timers/promises'

/** Memory for sorting, in KiB; what does not fit is sorted on disk. */
const CACHE_KIB = 4_096
/** Rows in one statement: a third less time than one by one. */
const BATCH = 64
/** Read at once before others get their turn. */
const PAGE = 256

/**
 * Things that belong together, side by side, however many there are: memory holds one group at a time. They are sorted
 * in a file of SQLite's own that nobody else sees and that goes with it.
 *
 * @param items plain JSON.
 * @yields groups, in the order of their names.
 */
export async function* grouped<Item>(
  items: AsyncIterable<Item>,
  nameOf: (item: Item) => string,
): AsyncGenerator<readonly Item[]> {
  const database = new DatabaseSync('')
  try {
    database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
      PRAGMA cache_size = -${CACHE_KIB}; CREATE TABLE item (name TEXT, json TEXT)`)
    const insertOne = database.prepare(`INSERT INTO item (name, json) VALUES (?, ?)`)
    const insertMany = database.prepare(`INSERT INTO item (name, json) VALUES ${Array(BATCH).fill('(?, ?)')}`)
    let batch: string[] = []
    database.exec('BEGIN')
    for await (const item of items) {
      batch.push(nameOf(item), JSON.stringify(item))
      if (batch.length < 2 * BATCH) continue
      insertMany.run(...batch)
      batch = []
    }
    for (let at = 0; at < batch.length; at += 2) insertOne.run(...batch.slice(at, at + 2))
    database.exec('COMMIT')
    // One row and one JSON a group: half the time of a row an item.
    const groups = database.prepare("SELECT '[' || group_concat(json) || ']' AS json FROM item GROUP BY name")
    let read = 0
    for (const { json } of groups.iterate()) {
      yield JSON.parse(String(json))
      read += 1
      if (read % PAGE === 0) await nextTick()
    }
  } finally {
    database.close()
  }
}
