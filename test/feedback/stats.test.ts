import { expect, test } from 'vitest'
import { polarityFrom } from '#core/feedback/emoji.ts'
import { feedbackStats } from '#core/feedback/stats.ts'
import { added, because, pressed, removed, stream } from './events.ts'

const polarityOf = polarityFrom([{ good: ['👍'], bad: ['👎'] }])
const DAY = 86_400_000

test('F1: votes by day, platform, model and prompt version; labels, reasons, conflicts and changes of mind', async () => {
  const luna = { model: 'luna', promptVersion: 'p1' }
  const stats = await feedbackStats(
    stream([
      added('👍', 1, { ...luna, requester: true }),
      pressed('bad', DAY, { ...luna, rater: 'p_2' }),
      added('👀', 5, { rater: 'p_3' }),
      because(['wrong', 'too_long'], 6, { rater: 'p_2' }),
      because(['wrong'], 7, { reply: 'r2', platform: 'discord' }),
      added('👍', 8, { reply: 'r2', platform: 'discord', model: 'sol' }),
      added('👎', 9, { reply: 'r2', platform: 'discord', model: 'sol' }),
      added('👍', 10, { reply: 'r3' }),
      removed('👍', 11, { reply: 'r3' }),
    ]),
    polarityOf,
  )
  expect(stats).toMatchObject({
    ...{ events: 9, replies: 3, raters: 2, retracted: 1, conflicted: 1, changes: 1, corrections: 0 },
    votes: { good: 1, bad: 2 },
    labels: { good: 1, bad: 1, none: 1 },
    byDay: [
      { name: '1970-01-01', good: 1, bad: 1 },
      { name: '1970-01-02', good: 0, bad: 1 },
    ],
    byPlatform: [
      { name: 'slack', good: 1, bad: 1 },
      { name: 'discord', good: 0, bad: 1 },
    ],
    byModel: [
      { name: 'luna', good: 1, bad: 1 },
      { name: 'sol', good: 0, bad: 1 },
    ],
    byPromptVersion: [
      { name: 'p1', good: 1, bad: 1 },
      { name: 'unknown', good: 0, bad: 1 },
    ],
    reasons: [
      { tag: 'wrong', count: 2 },
      { tag: 'too_long', count: 1 },
    ],
  })
  expect(stats.votes.share?.share).toBeCloseTo(1 / 3)
})

test('nothing is nothing', async () => {
  expect(await feedbackStats(stream([]), polarityOf)).toMatchObject({
    ...{ events: 0, replies: 0, votes: { good: 0, bad: 0, share: null }, byDay: [], reasons: [] },
  })
})
