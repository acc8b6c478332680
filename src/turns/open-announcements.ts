import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { Store } from '#core/store/store.ts'
import { type Announcements, LocalAnnouncements } from './announcements.ts'
import { PostgresAnnouncements } from './postgres-announcements.ts'

/** Those of everybody who works on the turns of this store. One a process. */
export function openAnnouncements(store: Store, clock: Clock, log: Logger): Announcements {
  switch (store.kind) {
    case 'sqlite':
      return new LocalAnnouncements()
    case 'postgres':
      return new PostgresAnnouncements(store.postgres, clock, log)
  }
}
