import { expect, test } from 'vitest'
import { slackId } from '#adapters/slack/inbound.ts'
import { readReaction } from '#adapters/slack/reaction.ts'

const SELF = { user: 'U1', bot: 'B1', team: 'T1' }
const reaction = (more: object) => ({
  ...{ type: 'reaction_added', user: 'U2', reaction: 'thumbsup', event_ts: '1700000000.000200' },
  item: { type: 'message', channel: 'C1', ts: '1700000000.000100' },
  ...more,
})

test.each(['U0123ABCD', 'W012', 'C1', 'D-emulated_1'])('%s is an id', (id) =>
  expect(slackId.safeParse(id).success).toBe(true),
)

test.each(['', ' ', 'a b', '../x', 'C1:C2', 'C1/x', '\udfff\ud800', 'C'.repeat(65), '\0'])(
  'S6: %j is none',
  (id) => expect(slackId.safeParse(id).success).toBe(false),
)

test('S6: a reaction in half a channel, or with half an emoji, is none', () => {
  expect(readReaction(reaction({}), SELF)).toBeDefined()
  const item = { type: 'message', channel: '\udfff\ud800', ts: '1700000000.000100' }
  for (const wrong of [{ item }, { reaction: '\ud800' }, { reaction: 'x'.repeat(1_000) }, { user: 'U 2' }])
    expect(readReaction(reaction(wrong), SELF)).toBeUndefined()
})
