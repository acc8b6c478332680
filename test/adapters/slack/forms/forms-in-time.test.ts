/** Forms that come late, are closed too early, meet a store or a Slack that is down, a restart or a stop. */
import { describe, expect, test } from 'vitest'
import { BALLOT_FORM, CORRECTION_FORM, FORM_SAYINGS, REASON_FORM } from '#adapters/forms.ts'
import { SAYINGS } from '#adapters/press.ts'
import { buttonIn, finished, NOT_READY_MS, rank, slowly } from './finished.ts'

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
