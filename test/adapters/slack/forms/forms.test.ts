import { beforeEach, describe, expect, test } from 'vitest'
import { BALLOT_FORM, CORRECTION_FORM, FORM_SAYINGS, REASON_FORM } from '#adapters/forms.ts'
import { SAYINGS } from '#adapters/press.ts'
import type { Control } from '#core/delivery/surface.ts'
import type { SlackPerson } from '#test/platforms/slack/simulator.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, never, REPLY, type Running, type RunningOptions, running } from '../running.ts'

const CONTROLS: readonly Control[] = ['good', 'bad', 'regenerate', 'correct', 'compare']

/** A finished reply that offers everything, and Bob, who presses something below it. */
async function finished(options: RunningOptions = {}) {
  const app = await running(options)
  const reply = await asked(app)
  const shown = await reply.surface.show({ parts: ['one two'], finished: true, controls: CONTROLS }, never)
  return { ...app, app, ...desk(app), reply, ...peopleOf(app, { channel: app.channel, ts: shown[0] ?? '' }) }
}

const desk = ({ host }: Running) => ({ answers: host.deskAnswers })

function peopleOf({ simulator }: Running, at: { channel: string; ts: string }) {
  const bob = simulator.person('bob')
  const press = (who: SlackPerson, control: Control) =>
    who.click(at, `parley:${control === 'bad' ? 'vote' : control}:${REPLY}`, `${control}:${REPLY}`)
  /** A form that is filled; a busy machine may show it empty first. */
  const opened = async (who: SlackPerson = bob) => {
    await simulator.until(() => simulator.views(who).some(({ view }) => view.notify_on_close !== true))
    return form(who)
  }
  const openedEmpty = async () => {
    await simulator.until(() => simulator.views(bob).some(({ view }) => view.notify_on_close === true))
    return form()
  }
  const form = (who: SlackPerson = bob) => {
    const [view] = simulator.views(who)
    return { callback: view?.callbackId, says: JSON.stringify(view?.view ?? '') }
  }
  return {
    ...{ at, bob, press, opened, openedEmpty, form },
    told: () => simulator.ephemerals.map(({ user, text, threadTs }) => ({ user, text, threadTs })),
    /** The newest view says this. */
    says: (words: string, who: SlackPerson = bob) =>
      simulator.until(() => form(who).says.includes(JSON.stringify(words).slice(1, -1))),
  }
}

const rank = (places: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(places).map(([slot, place]) => [slot, { value: place }]))

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

/** Time stands still until a test says otherwise; Slack's own clock too. */
async function slowly(ms: number, options: RunningOptions = {}) {
  const clock = new VirtualClock(Date.now())
  const world = await finished({ clock, ...options })
  return { ...world, pass: (more = ms) => clock.advance(more) }
}
/** What is not ready by then is opened empty. */
const NOT_READY_MS = 700

test('F6: a form is there at once, and filled when the answers are drawn', async () => {
  const { answers, bob, press, openedEmpty, form, says, pass } = await slowly(NOT_READY_MS)
  const drawn = Promise.withResolvers<void>()
  answers.ballotReady = drawn.promise
  await press(bob, 'compare')
  await pass()
  expect(await openedEmpty()).toMatchObject({ callback: 'parley:saying' })
  expect(form().says).toContain(BALLOT_FORM.drawing)
  // As long as a model may take.
  await pass(5 * 60_000)
  drawn.resolve()
  await says('Answer D.')
  expect(form().callback).toBe('parley:ballot')
})

test('T1: a store that takes too long keeps the form, and the same sent again counts once', async () => {
  const { host, answers, bob, press, opened, simulator, told, pass } = await slowly(2_000)
  await press(bob, 'correct')
  await opened()
  const stored = Promise.withResolvers<void>()
  let asking = false
  Object.defineProperty(answers, 'recorded', {
    get: () => {
      asking = true
      return stored.promise
    },
  })
  const sending = bob.submit({ 'text-0': { value: 'better' } })
  await simulator.until(() => asking)
  await pass()
  const sent = await sending
  expect(sent).toMatchObject({ acknowledged: true, response: { errors: { 'text-0': FORM_SAYINGS.slow } } })
  stored.resolve()
  await simulator.until(() => host.corrections.length === 1)
  expect((await bob.submit({ 'text-0': { value: 'better' } })).response).toBeUndefined()
  await simulator.until(() => told().length === 1)
  expect(host.corrections).toHaveLength(1)
  expect(simulator.views(bob)).toEqual([])
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

describe('a press that comes too late to open anything', () => {
  test.each([
    ['correct', FORM_SAYINGS.late, CORRECTION_FORM.open, 'parley:correction'],
    ['compare', FORM_SAYINGS.late, BALLOT_FORM.open, 'parley:ballot'],
    ['bad', SAYINGS.noted, REASON_FORM.open, 'parley:reason'],
  ] as const)(
    '%s: is told so, with a button that opens the form',
    async (control, saying, label, callback) => {
      const { simulator, bob, press, told, opened, host, channel } = await finished()
      simulator.failNext('views.open', { kind: 'platform', error: 'expired_trigger_id' })
      await press(bob, control)
      await simulator.until(() => told().length === 1)
      expect(told()).toMatchObject([{ user: bob.id, text: saying }])
      const [whisper] = simulator.ephemerals
      const { actions, text } = buttonIn(whisper?.blocks ?? [])
      expect(text).toBe(label)
      await bob.click({ channel, ts: whisper?.ts ?? '' }, actions)
      expect(await opened()).toMatchObject({ callback })
      expect(host.votes).toHaveLength(control === 'bad' ? 1 : 0)
    },
  )

  test('the three seconds are Slack’s own', async () => {
    const { simulator, bob, press, told, pass } = await slowly(3_100)
    simulator.failNext('views.open', { kind: 'delay', ms: 3_100 })
    await press(bob, 'correct')
    await simulator.until(() => simulator.calls.some(({ method }) => method === 'views.open'))
    await pass()
    await simulator.until(() => told().length === 1)
    expect(told()).toMatchObject([{ text: FORM_SAYINGS.late }])
  })
})

/** The only button in these blocks. */
function buttonIn(blocks: readonly object[]) {
  const [button] = blocks.flatMap((block) => ('elements' in block ? [Object(block.elements)[0]] : []))
  return { actions: String(button?.action_id), text: String(button?.text.text) }
}

test('a form that Slack refuses is told, and nothing is offered that would be refused again', async () => {
  const { simulator, bob, press, told } = await finished()
  simulator.failNext('views.open', { kind: 'platform', error: 'invalid_arguments' })
  await press(bob, 'compare')
  await simulator.until(() => told().length === 1)
  expect(told()).toMatchObject([{ text: SAYINGS.failed }])
})

test('a store that is down is told in the form', async () => {
  const { answers, bob, press, says } = await finished()
  answers.fault = new Error('The store is down.')
  for (const control of ['correct', 'compare'] as const) {
    await press(bob, control)
    await says(SAYINGS.failed)
    await bob.dismiss()
  }
})

test('what cannot be corrected or compared is told in the form', async () => {
  const { answers, bob, press, says } = await finished()
  answers.draft = { say: 'This message was deleted meanwhile.' }
  await press(bob, 'correct')
  await says('This message was deleted meanwhile.')
  answers.task = { say: 'This reply broke off.' }
  await press(bob, 'compare')
  await says('This reply broke off.')
  answers.task = { task: 'task-1' }
  answers.ballot = { say: 'The model could not write enough answers.' }
  await press(bob, 'compare')
  await says('The model could not write enough answers.')
})

test('a form that was closed while it was empty stays closed, and nobody is told anything', async () => {
  const { simulator, answers, bob, press, openedEmpty, told, pass, host } = await slowly(NOT_READY_MS)
  const drawn = Promise.withResolvers<void>()
  answers.ballotReady = drawn.promise
  await press(bob, 'compare')
  await pass()
  await openedEmpty()
  expect(await bob.dismiss()).toMatchObject({ acknowledged: true })
  drawn.resolve()
  await press(bob, 'regenerate')
  await simulator.until(() => host.regenerations.length === 1)
  await simulator.settled()
  expect(simulator.views(bob)).toEqual([])
  expect(told()).toEqual([])
  expect(simulator.calls.filter(({ method }) => method === 'views.update')).toEqual([])
})

test('closed just before it is filled, it stays closed', async () => {
  const { simulator, answers, bob, press, openedEmpty, told, pass } = await slowly(NOT_READY_MS)
  const drawn = Promise.withResolvers<void>()
  answers.ballotReady = drawn.promise
  await press(bob, 'compare')
  await pass()
  await openedEmpty()
  simulator.failNext('views.update', { kind: 'platform', error: 'not_found' })
  drawn.resolve()
  await simulator.until(() => simulator.calls.some(({ outcome }) => outcome === 'not_found'))
  expect(told()).toEqual([])
})

test('D3: a form that is open is filled even when Slack asks to wait', async () => {
  const { simulator, answers, bob, press, openedEmpty, says, pass } = await slowly(NOT_READY_MS)
  const drawn = Promise.withResolvers<void>()
  answers.ballotReady = drawn.promise
  await press(bob, 'compare')
  await pass()
  await openedEmpty()
  simulator.failNext('views.update', { kind: 'http', status: 429, headers: { 'retry-after': '1' } })
  drawn.resolve()
  await simulator.until(() => simulator.calls.some(({ outcome }) => outcome === 'http 429'))
  for (let second = 0; second < 5; second += 1) await pass(1_000)
  await says('Answer D.')
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

test('T3: a form that was open during a restart can still be sent', async () => {
  const { app, host, bob, press, opened, simulator } = await finished({ socket: true })
  await press(bob, 'compare')
  await opened()
  await app.platform.stop()
  await app.restarted()
  await bob.submit(rank({ A: '1', B: '2', C: '3', D: '4' }))
  expect(host.rankings).toHaveLength(1)
  expect(simulator.views(bob)).toEqual([])
})

test('T7: a stop does not wait for answers that are being drawn, and the form says so', async () => {
  const { app, answers, bob, press, openedEmpty, host, form, pass } = await slowly(NOT_READY_MS)
  answers.ballotReady = new Promise(() => {})
  const { ballot } = host.comparisons
  Object.assign(host.comparisons, {
    ballot: (task: string, rater: { platform: string; id: string }, signal: AbortSignal) =>
      Promise.race([
        ballot(task, rater, signal),
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]),
  })
  await press(bob, 'compare')
  await pass()
  await openedEmpty()
  await app.platform.stop()
  expect(form().says).toContain(SAYINGS.failed)
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
