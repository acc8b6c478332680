/**
 * Loaded into a Parley process before Parley itself (`--import`). Makes limits of platforms wide, so that thousands of
 * questions do not take hours, and does to the process from inside what cannot be done from outside: its clock jumps,
 * its disk is full. Parley's own code is as it is.
 */

import { syncBuiltinESMExports } from 'node:module'
import sqlite, { DatabaseSync } from 'node:sqlite'
import { Accounts } from '#core/delivery/accounts.ts'
import { type Strain, strainSchema } from './strain-message.ts'

/** What a platform bears is counted as so many times as much: limits have tests of their own. */
const WIDER = 100

const account = Accounts.prototype.account
Accounts.prototype.account = function (name, limit) {
  return account.call(this, name, { ...limit, writes: limit.writes * WIDER })
}

let offset = 0
const now = Date.now
Date.now = () => now() + offset

const databases = new Set<DatabaseSync>()
class Watched extends DatabaseSync {
  constructor(...args: ConstructorParameters<typeof DatabaseSync>) {
    super(...args)
    databases.add(this)
  }
}
Object.assign(sqlite, { DatabaseSync: Watched })
syncBuiltinESMExports()

process.on('message', (message) => {
  const strain = strainSchema.safeParse(message)
  if (strain.success) bear(strain.data)
})
// Whoever started this is gone: nobody else would end it.
process.on('disconnect', () => process.exit(1))
process.channel?.unref()

function bear(strain: Strain): void {
  switch (strain.kind) {
    case 'clock':
      offset = strain.offsetMs
      return
    case 'disk':
      for (const database of databases) limitPages(database, strain.full)
  }
}

/** SQLite itself then says that the disk is full: a page more than there are is refused. */
function limitPages(database: DatabaseSync, full: boolean): void {
  if (!database.isOpen) return
  database.exec(`PRAGMA max_page_count = ${full ? 1 : 1_000_000_000}`)
}
