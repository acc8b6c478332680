import type { DatabaseSync } from 'node:sqlite'

/** Every row of every table as one text: what is not in it is kept nowhere. */
export function everythingKept(database: DatabaseSync): string {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  return tables
    .filter(({ name }) => !String(name).startsWith('sqlite_'))
    .flatMap(({ name }) => database.prepare(`SELECT * FROM "${String(name)}"`).all())
    .map((row) => JSON.stringify(row))
    .join('\n')
}
