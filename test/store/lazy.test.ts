import { expect, test, vi } from 'vitest'
import { openStore } from '#core/store/store.ts'
import { openInbox } from '#core/turns/open-inbox.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

vi.mock('pg', () => {
  throw new Error('the driver was loaded')
})

test('the driver of PostgreSQL is loaded only for a store there', async () => {
  const store = await openStore('memory:', quietLog)
  expect(await openInbox(store, new VirtualClock(1_000)).waiting()).toBe(0)
  await store.close()
  await expect(openStore('postgres://127.0.0.1:1/x', quietLog)).rejects.toHaveProperty(
    'cause.message',
    expect.stringContaining('the driver was loaded'),
  )
})
