import { expect, test, vi } from 'vitest'
import { FORM_SAYINGS, REASON_FORM } from '#adapters/forms.ts'
import { SAYINGS } from '#adapters/press.ts'
import { REPLY } from '../running.ts'
import { answered, fieldsOf, labelsOf, pressLabel, saying, textOf } from './world.ts'

const GONE = 'This message was deleted meanwhile, so nothing was recorded.'

test('F1: a press on bad counts at once, and opens a form for the reason', async () => {
  const { host, press, alice, simulator } = await answered()
  const pressed = press('bad')
  expect(await pressed.answered()).toMatchObject({ type: 9, modal: { title: REASON_FORM.title } })
  await host.until(() => host.votes.length === 1)
  expect(host.votes).toMatchObject([{ id: `discord:${pressed.interactionId}`, reply: REPLY, value: 'bad' }])
  const sent = alice.submitModal(pressed, { tags: ['wrong', 'too_long'], text: 'It is not so.' })
  const said = await saying(simulator, sent)
  expect([textOf(said), sent.answer()?.ephemeral]).toEqual([REASON_FORM.done, true])
  expect(host.desks.reasons).toEqual([
    {
      id: `discord:${sent.interactionId}`,
      reply: REPLY,
      by: { platform: 'discord', id: alice.id },
      at: expect.any(Number),
      tags: ['wrong', 'too_long'],
      text: 'It is not so.',
    },
  ])
  expect(pressed.followUps()).toEqual([])
})

test('F1: whoever closes the form has voted all the same', async () => {
  const { host, press } = await answered()
  await press('bad').answered()
  await host.until(() => host.votes.length === 1)
  expect(host.desks.reasons).toEqual([])
})

test('F1: a press and a form that are delivered again are one vote and one reason', async () => {
  const { host, press, alice, simulator } = await answered()
  const pressed = press('bad')
  await pressed.answered()
  pressed.redeliver(2)
  const sent = alice.submitModal(pressed, { tags: ['wrong'] })
  sent.redeliver(2)
  await saying(simulator, sent, (text) => text === REASON_FORM.done)
  const again = alice.submitModal(pressed, { tags: ['unsafe'] })
  await saying(simulator, again, (text) => text === REASON_FORM.done)
  expect(host.votes).toHaveLength(1)
  // A changed mind is a newer event.
  expect(host.desks.reasons.map(({ tags }) => tags)).toEqual([['wrong'], ['unsafe']])
})

test('two people at once give a reason each', async () => {
  const { host, press, alice, simulator } = await answered()
  const bob = simulator.person('bob')
  const [one, two] = [press('bad'), press('bad', bob)]
  await Promise.all([one.answered(), two.answered()])
  const sent = [alice.submitModal(one, { tags: ['wrong'] }), bob.submitModal(two, { tags: ['too_long'] })]
  for (const each of sent) await saying(simulator, each, (text) => text === REASON_FORM.done)
  expect(host.desks.reasons.map(({ by }) => by.id).toSorted()).toEqual([alice.id, bob.id].toSorted())
})

test('a vote on a reply that nobody knows is said, although the form is open', async () => {
  const { host, press, simulator } = await answered()
  host.answers.vote = false
  const pressed = press('bad')
  await simulator.until(() => pressed.followUps().length === 1)
  expect(textOf(pressed.followUps()[0])).toBe(SAYINGS.unknownReply)
})

test('a reason that cannot be recorded is given back, and the form opens with it again', async () => {
  const { host, press, alice, simulator, restart } = await answered()
  host.desks.deskAnswers.outcome = { ok: false, say: GONE }
  const pressed = press('bad')
  await pressed.answered()
  const sent = alice.submitModal(pressed, { tags: ['unsafe', 'other'], text: 'Not at all.\n```js\nx\n```' })
  const back = await saying(simulator, sent)
  expect(textOf(back)).toBe(`${GONE}\nNot at all.\n\`\`\`js\nx\n\`\`\``)
  expect(labelsOf(back)).toEqual([REASON_FORM.open])

  host.desks.deskAnswers.outcome = { ok: true }
  await restart()
  const again = pressLabel(alice, back, REASON_FORM.open)
  await again.answered()
  const [tags, text] = fieldsOf(again)
  expect(tags?.options?.filter((each) => each.default).map(({ value }) => value)).toEqual(['unsafe', 'other'])
  expect(text?.value).toBe('Not at all.\n```js\nx\n```')
  await saying(simulator, alice.submitModal(again, {}), (said) => said === REASON_FORM.done)
  expect(host.desks.reasons).toMatchObject([
    { tags: ['unsafe', 'other'], text: 'Not at all.\n```js\nx\n```' },
  ])
})

test('a store that is down for long loses no word', async () => {
  const { hurry, host, press, alice, simulator } = await answered()
  hurry()
  const explain = vi.spyOn(host.feedback, 'explain').mockRejectedValue(new Error('the store is down'))
  const pressed = press('bad')
  await pressed.answered()
  const sent = alice.submitModal(pressed, { text: 'Wrong.' })
  expect(await sent.answered()).toMatchObject({ type: 5, ephemeral: true })
  const back = await saying(simulator, sent)
  expect(textOf(back)).toBe(`${FORM_SAYINGS.failed}\nWrong.`)
  expect(explain.mock.calls.length).toBeGreaterThan(1)
})

test('a store that comes back in time records it once', async () => {
  const { hurry, host, press, alice, simulator } = await answered()
  hurry()
  vi.spyOn(host.feedback, 'explain').mockRejectedValueOnce(new Error('the store is down'))
  const pressed = press('bad')
  await pressed.answered()
  const sent = alice.submitModal(pressed, { text: 'Wrong.' })
  await saying(simulator, sent, (text) => text === REASON_FORM.done)
  expect(host.desks.reasons).toHaveLength(1)
})

test('a form that Discord no longer opens leaves the vote', async () => {
  const { host, press, simulator } = await answered()
  simulator.failNext('POST /interactions/:interaction/:token/callback', {
    kind: 'error',
    status: 404,
    code: 10062,
  })
  press('bad')
  await host.until(() => host.votes.length === 1)
})
