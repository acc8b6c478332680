import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { assemble, type Parley } from '#core/main.ts'
import { openStore } from '#core/store/store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { rememberingModel } from '#test/scenarios/models.ts'

vi.mock('#core/feedback/feedback.ts', () => {
  throw new Error('feedback was loaded')
})
vi.mock('#core/safety/privacy.ts', () => {
  throw new Error('the privacy desk was loaded')
})

let parley: Parley

/** Would fail if it loaded either. */
beforeEach(async () => {
  const store = await openStore('memory:', quietLog)
  parley = await assemble({
    ...{ store, platforms: [], model: rememberingModel(), sampling: {}, systemPrompt: undefined },
    ...{ contextTokens: 16_000, emoji: { everywhere: [], workspaces: {} } },
    ...{ host: '127.0.0.1', port: 0, clock: systemClock, log: quietLog },
  })
  await parley.settled
})

afterEach(() => parley.stop(0))

const because = (message: string) => ({ cause: expect.objectContaining({ message }) })

test('feedback is loaded by the first who gives some or looks at it', async () => {
  const vote = { id: '1', reply: 'r', platform: 'slack', rater: 'U1', value: 'good', at: 1 } as const
  await expect(parley.ledger.vote(vote)).rejects.toMatchObject(because('feedback was loaded'))
  const events = Array.fromAsync(parley.ledger.events())
  await expect(events).rejects.toMatchObject(because('feedback was loaded'))
})

test('S3: the privacy desk is loaded by the first who asks what is kept of them', async () => {
  const person = { platform: 'slack', id: 'U1' }
  const wanted = because('the privacy desk was loaded')
  await expect(parley.privacy.view(person)).rejects.toMatchObject(wanted)
  await expect(parley.privacy.erase(person, 1)).rejects.toMatchObject(wanted)
  await expect(Array.fromAsync(parley.privacy.export(person))).rejects.toMatchObject(wanted)
})
