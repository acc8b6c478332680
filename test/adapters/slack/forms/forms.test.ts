import { beforeEach, describe, expect, test } from 'vitest'
import { BALLOT_FORM, CORRECTION_FORM, FORM_SAYINGS, REASON_FORM } from '#adapters/forms.ts'
import { REPLY } from '../running.ts'
import { finished, rank } from './finished.ts'

describe.each([
  ['HTTP', false],
  ['Socket Mode', true],
])('over %s', (_, socket) => {
  let world: Awaited<ReturnType<typeof finished>>
  beforeEach(async () => {
    world = await finished({ socket })
  })

  test('F1: a bad vote counts, and then its reason; closing the form takes nothing back', async () => {
    const { simulator, host, bob, press, opened, told, reply } = world
    await press(bob, 'bad')
    expect((await opened()).says).toContain(REASON_FORM.intro)
    expect(host.votes).toMatchObject([{ value: 'bad', rater: bob.id }])
    await bob.dismiss()
    await press(bob, 'bad')
    await opened()
    const sent = await bob.submit({ tags: { value: 'wrong,too_long' }, text: { value: 'It is not true.' } })
    expect(sent).toMatchObject({ acknowledged: true, response: undefined })
    expect(simulator.views(bob)).toEqual([])
    expect(host.reasons).toMatchObject([
      {
        reply: REPLY,
        by: { platform: 'slack', id: bob.id },
        tags: ['wrong', 'too_long'],
        text: 'It is not true.',
      },
    ])
    await simulator.until(() => told().length === 1)
    expect(told()).toEqual([{ user: bob.id, text: REASON_FORM.done, threadTs: reply.sent.threadTs }])
  })

  test('F4: a better reply begins with the reply, and is sent with the version that it is about', async () => {
    const { host, answers, bob, press, opened, simulator } = world
    answers.draft = { reply: REPLY, version: 'v7', text: 'An answer.\n\nOf two paragraphs.' }
    await press(bob, 'correct')
    expect((await opened()).says).toContain('An answer.\\n\\nOf two paragraphs.')
    await bob.submit({ 'text-0': { value: 'A better answer.' } })
    expect(host.corrections).toMatchObject([
      { reply: REPLY, version: 'v7', by: { platform: 'slack', id: bob.id }, text: 'A better answer.' },
    ])
    expect(simulator.views(bob)).toEqual([])
  })

  test('F6: answers are compared: places, a tie, a reason', async () => {
    const { host, bob, press, opened } = world
    await press(bob, 'compare')
    const { says } = await opened()
    for (const slot of ['A', 'B', 'C', 'D']) expect(says).toContain(`Answer ${slot}.`)
    await bob.submit({ ...rank({ A: '2', B: '1', C: '2', D: '4' }), reason: { value: 'B is right.' } })
    expect(host.comparisonRequests).toMatchObject([{ reply: REPLY, by: { id: bob.id } }])
    expect(host.rankings).toMatchObject([
      { task: 'task-1', order: [['B'], ['A', 'C'], ['D']], allBad: false, reason: 'B is right.' },
    ])
    expect(host.rankings[0]?.spentMs).toBeGreaterThanOrEqual(0)
  })

  test('F3: the shortcut on any message of a reply corrects that reply', async () => {
    const { simulator, host, bob, at, opened, says } = world
    await bob.shortcut('parley_correct', at)
    expect((await opened()).says).toContain('An answer.')
    await bob.submit({ 'text-0': { value: 'A better answer.' } })
    expect(host.corrections).toHaveLength(1)
    host.deskAnswers.replyShownBy = undefined
    await bob.shortcut('parley_correct', at)
    await says(CORRECTION_FORM.notOurs)
    expect(simulator.views(bob)).toMatchObject([{ callbackId: 'parley:saying' }])
  })

  test('F1: what is delivered three times, or sent again, is recorded once and thanked once', async () => {
    const { simulator, host, bob, press, opened, told } = world
    const press1 = await press(bob, 'compare')
    await opened()
    expect(await press1.redeliver(2)).toMatchObject([{ acknowledged: true }, { acknowledged: true }])
    expect(simulator.views(bob)).toHaveLength(1)
    const sent = await bob.submit(rank({ A: '1', B: '1', C: '2', D: '2' }))
    expect(await sent.redeliver(2)).toMatchObject([{ acknowledged: true }, { acknowledged: true }])
    await simulator.until(() => told().length > 0)
    await simulator.settled()
    expect(new Set(host.rankings.map(({ id, at }) => `${id} ${at}`)).size).toBe(1)
    expect(host.rankings).toHaveLength(1)
    expect(told()).toMatchObject([{ text: BALLOT_FORM.done }])
    expect(host.comparisonRequests).toHaveLength(1)
  })

  test.each(['correct', 'compare', 'bad'] as const)(
    'what is refused (%s) stands in the form, which keeps everything that was written',
    async (control) => {
      const { simulator, answers, bob, press, opened, host } = world
      await press(bob, control)
      await opened()
      answers.outcome = { ok: false, say: 'Not like this.' }
      const filled = {
        correct: { 'text-0': { value: 'better' } },
        compare: rank({ A: '1', B: '2', C: '3', D: '4' }),
        bad: { text: { value: 'wrong' } },
      }[control]
      const below = { correct: 'text-0', compare: 'reason', bad: 'text' }[control]
      const refused = await bob.submit(filled)
      expect(refused).toMatchObject({
        ...{
          acknowledged: true,
          response: { response_action: 'errors', errors: { [below]: 'Not like this.' } },
        },
      })
      answers.fault = new Error('The store is down.')
      expect((await bob.submit(filled)).response).toMatchObject({ errors: { [below]: FORM_SAYINGS.failed } })
      expect(simulator.views(bob)).toHaveLength(1)
      // The same words again, once the store is up: recorded, and once.
      answers.outcome = { ok: true }
      delete answers.fault
      await bob.submit(filled)
      expect(simulator.views(bob)).toEqual([])
      expect([...host.corrections, ...host.rankings, ...host.reasons]).toHaveLength(1)
    },
  )

  test('a place that is missing is asked for below its field', async () => {
    const { host, bob, press, opened } = world
    await press(bob, 'compare')
    await opened()
    const sent = await bob.submit(rank({ A: '1', B: '2', D: '4' }))
    expect(sent).toMatchObject({
      acknowledged: true,
      response: { errors: { C: 'Please choose a place for C.' } },
    })
    expect(host.rankings).toEqual([])
  })
})

test('two raters at once each have their own form and their own ranking', async () => {
  const { simulator, host, bob, press, opened } = await finished()
  const carol = simulator.person('carol')
  await Promise.all([press(bob, 'compare'), press(carol, 'compare')])
  await Promise.all([opened(bob), opened(carol)])
  await Promise.all([
    bob.submit(rank({ A: '1', B: '2', C: '3', D: '4' })),
    carol.submit(rank({ A: '4', B: '3', C: '2', D: '1' })),
  ])
  expect(host.rankings.map(({ by, order }) => [by.id, order.flat().join('')]).toSorted()).toEqual(
    [
      [bob.id, 'ABCD'],
      [carol.id, 'DCBA'],
    ].toSorted(),
  )
})

test('all of them bad needs no places', async () => {
  const { host, bob, press, opened } = await finished()
  await press(bob, 'compare')
  await opened()
  await bob.submit({ 'all-bad': { value: 'all-bad' } })
  expect(host.rankings).toMatchObject([{ order: [], allBad: true }])
})

describe('a long reply', () => {
  test('D1: is corrected in several fields, and what nobody changed comes back to the letter', async () => {
    const { host, answers, bob, press, opened, simulator } = await finished()
    const text = Array.from(
      { length: 120 },
      (_, n) => `Line ${n} of a reply, **with** some words in it.`,
    ).join('\n\n')
    answers.draft = { reply: REPLY, version: 'v1', text }
    await press(bob, 'correct')
    await opened()
    const fields = simulator.views(bob)[0]?.view.blocks
    expect(Array.isArray(fields) && fields.filter(({ type }) => type === 'input')).toHaveLength(4)
    await bob.submit({ 'text-3': { value: 'And one more.' } })
    expect(host.corrections.map((each) => each.text)).toEqual([`${text}\n\nAnd one more.`])
  })

  test('is longer than any form: said plainly, with where to go', async () => {
    const { answers, bob, press, says } = await finished()
    answers.draft = { reply: REPLY, version: 'v1', text: 'word '.repeat(10_000) }
    await press(bob, 'correct')
    await says('This reply has 50,000 characters, more than a form in Slack holds.')
  })

  test('a correction of 3,001 characters, which no client sends, is refused and stays', async () => {
    const { host, simulator, bob, press, opened } = await finished()
    await press(bob, 'correct')
    await opened()
    await expect(bob.submit({ 'text-0': { value: 'x'.repeat(3_001) } })).rejects.toThrow(
      '0 to 3000 characters',
    )
    const [view] = simulator.views(bob)
    const values = { 'text-0': { value: { type: 'plain_text_input', value: 'x'.repeat(3_001) } } }
    const payload = {
      type: 'view_submission',
      user: { id: bob.id },
      view: { ...view?.view, state: { values } },
    }
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
    const response = await simulator.sendRaw(body, simulator.sign(body))
    expect(await response.json()).toEqual({
      response_action: 'errors',
      errors: {
        'text-0': expect.stringContaining('This field has 3,001 characters; this form holds 3,000.'),
      },
    })
    expect(host.corrections).toEqual([])
  })
})

test('F6: answers longer than a form stand behind it, whole, before only this person', async () => {
  const { simulator, answers, bob, press, opened, reply } = await finished()
  const texts = ['A', 'B', 'C'].map(
    (slot) => `${slot} begins. ${'Words of a long answer. '.repeat(5_000)} ${slot} ends.`,
  )
  answers.ballot = {
    ...{ task: 'task-1', question: 'What is a monad?' },
    answers: texts.map((text, nth) => ({ slot: 'ABC'.charAt(nth), text })),
  }
  await press(bob, 'compare')
  expect((await opened()).says).toContain(BALLOT_FORM.aside)
  const whispers = simulator.ephemerals
  expect(whispers.every(({ user, threadTs }) => user === bob.id && threadTs === reply.sent.threadTs)).toBe(
    true,
  )
  const said = whispers.map(({ text }) => text).join('\n')
  for (const slot of ['A', 'B', 'C']) {
    expect(said).toContain(`${slot} begins.`)
    expect(said).toContain(`${slot} ends.`)
  }
  await bob.submit(rank({ A: '1', B: '2', C: '3' }))
  expect(simulator.views(bob)).toEqual([])
})

test('S6: signed forms, shortcuts and commands of no known shape end nothing', async () => {
  const { simulator, bob, press, opened, host } = await finished()
  await press(bob, 'compare')
  await opened()
  const [open] = simulator.views(bob)
  const send = async (payload: unknown) => {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
    return simulator.sendRaw(body, simulator.sign(body))
  }
  const user = { id: bob.id }
  for (const view of [null, undefined, {}, { callback_id: 7 }, []])
    for (const type of ['view_submission', 'view_closed'])
      expect((await send({ type, user, view })).status).toBe(400)
  for (const callback_id of [null, undefined, 7])
    expect((await send({ type: 'message_action', user, callback_id })).status).toBe(400)
  for (const private_metadata of ['', 'no json', '{}', '{"task":7}', null]) {
    const response = await send({ type: 'view_submission', user, view: { ...open?.view, private_metadata } })
    expect(await response.json()).toMatchObject({ errors: { reason: FORM_SAYINGS.outdated } })
  }
  expect((await send({ type: 'view_submission', user, view: { ...open?.view, state: null } })).status).toBe(
    200,
  )
  expect((await send({ type: 'view_submission', view: { callback_id: 'parley:ballot' } })).status).toBe(400)
  expect((await send({ type: 'message_action', callback_id: 'parley_correct' })).status).toBe(400)
  expect((await send({ type: 'message_action', user, callback_id: 'parley_correct' })).status).toBe(200)
  const command = '%2Fparley'
  expect((await simulator.sendRaw(`command=${command}`, simulator.sign(`command=${command}`))).status).toBe(
    200,
  )
  expect(host.rankings).toEqual([])
  await bob.submit(rank({ A: '1', B: '2', C: '3', D: '4' }))
  expect(host.rankings).toHaveLength(1)
})
