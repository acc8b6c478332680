/** Rule S7: what a reader sees when the answers of a day are used up. */
import { expect, test } from 'vitest'
import { usedUpNote } from '#core/dialogue/notes.ts'
import type { Asked, UsedUp } from '#core/safety/budgets.ts'
import { threadKey } from '#core/thread.ts'
import { LEASE_MS } from '#core/turns/inbox.ts'
import { Theatre } from './theatre.ts'

const THREAD = threadKey({ platform: 'test', workspace: 'w', channel: 'c', root: 'r' })

function theatre(answers: readonly (UsedUp | undefined)[]) {
  const one = new Theatre()
  const asked: Asked[] = []
  one.budgets = {
    spend: async (each) => {
      asked.push(each)
      return answers[asked.length - 1]
    },
  }
  one.dialogue = one.open()
  return { one, asked }
}

test('S7: the model is not asked, and the reader is told why and until when', async () => {
  const { one, asked } = theatre([{ of: 'person', limit: 20 }])
  await one.ask('1', 'hi')
  expect(one.visible).toEqual([
    '_You have had your 20 answers for today. There are more after midnight UTC._',
  ])
  expect(one.prompts).toEqual([])
  expect(asked).toEqual([{ thread: THREAD, people: [{ platform: 'test', id: 'U1' }] }])
  const { messages } = await one.transcripts.window(THREAD)
  expect(messages.at(-1)).toMatchObject({ outcome: 'refused', text: '' })
})

test('S7: of whom it is said', () => {
  expect(usedUpNote({ of: 'channel', limit: 1 })).toMatch(/^This channel has had its one answer for today\./)
  expect(usedUpNote({ of: 'workspace', limit: 3 })).toMatch(/^This workspace has had its 3 answers/)
})

test('S7: another answer is counted as one, and the earlier one stays when there is none left', async () => {
  const { one, asked } = theatre([undefined, { of: 'person', limit: 1 }])
  await one.ask('1', 'hi')
  const { messages } = await one.transcripts.window(THREAD)
  const reply = messages.at(-1)?.id ?? ''
  await one.dialogue.regenerate({ id: 'again', reply, by: { id: 'U1', name: 'Alice' }, at: 2_000_000 })
  await one.clock.advance(10_000)
  expect(one.visible.at(-1)).toMatch(/^you said: Alice: hi[\s\S]*earlier one[\s\S]*one answer for today/)
  expect([asked.length, one.prompts.length]).toEqual([2, 1])
})

test('S7, T3: an attempt after a crash is not counted again', async () => {
  const { one, asked } = theatre([undefined, { of: 'person', limit: 1 }])
  await one.inbox.put({ id: '1', thread: THREAD, sentAt: 1, body: one.body('1', 'hi') })
  await one.claimAndDie()
  await one.clock.advance(LEASE_MS)
  await one.ask('2', 'and?')
  expect(asked).toHaveLength(1)
  expect(one.visible[0]).toContain('you said')
})
