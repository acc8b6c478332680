import type { Clock } from '#core/clock.ts'
import type { Store } from '#core/store/store.ts'
import type { Inbox } from './inbox.ts'
import { PostgresInbox } from './postgres-inbox.ts'
import { SqliteInbox } from './sqlite-inbox.ts'

/** The inbox beside everything else that the store keeps: one commit, one backup. */
export function openInbox(store: Store, clock: Clock): Inbox {
  switch (store.kind) {
    case 'sqlite':
      return new SqliteInbox(store.database, clock)
    case 'postgres':
      return new PostgresInbox(store.postgres)
  }
}
