import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTick } from 'node:timers/promises'

/** Memory for sorting, in KiB; what does not fit is sorted on disk. */
const CACHE_KIB = 4_096
/** Read at once before others get their turn. */
const PAGE = 256

/**
 * Things that belong together, side by side, however many there are: memory holds one group at a time. They are sorted
 * in a file of SQLite's own that nobody else sees and that goes with it.
 *
 * @param items plain JSON.
 * @yields groups in the order of their names, each with its items in the order they came.
 */
export async function* grouped<Item>(
  items: AsyncIterable<Item>,
  nameOf: (item: Item) => string,
): AsyncGenerator<readonly Item[]> {
  const database = new DatabaseSync('')
  try {
    database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
      PRAGMA cache_size = -${CACHE_KIB}; CREATE TABLE item (place INTEGER PRIMARY KEY, name TEXT, json TEXT)`)
    const insert = database.prepare('INSERT INTO item (name, json) VALUES (?, ?)')
    database.exec('BEGIN')
    for await (const item of items) insert.run(nameOf(item), JSON.stringify(item))
    database.exec('COMMIT')
    let name: string | undefined
    let group: Item[] = []
    let read = 0
    for (const row of database.prepare('SELECT name, json FROM item ORDER BY name, place').iterate()) {
      if (row.name !== name && group.length > 0) {
        yield group
        group = []
      }
      name = String(row.name)
      group.push(JSON.parse(String(row.json)))
      read += 1
      if (read % PAGE === 0) await nextTick()
    }
    if (group.length > 0) yield group
  } finally {
    database.close()
  }
}
