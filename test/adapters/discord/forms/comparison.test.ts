import { describe, expect, test, vi } from 'vitest'
import { BALLOT_FORM, FORM_SAYINGS } from '#adapters/forms.ts'
import { SAYINGS } from '#adapters/press.ts'
import type { Ballot, ComparisonDesk } from '#core/feedback/comparison-desk.ts'
import type { DiscordPerson, DiscordSimulator, Interacted } from '#test/platforms/discord/simulator.ts'
import { REPLY } from '../running.ts'
import { answered, fieldsOf, labelsOf, partsOf, place, pressLabel, saying, textOf } from './world.ts'

const ALL_BAD_CHOSEN = `✓ ${BALLOT_FORM.allBad}`
const GONE = 'This comparison was taken back, so nothing was recorded.'

const ballotOf = (...texts: string[]): Ballot => ({
  task: `1763900000000-${'f'.repeat(32)}`,
  question: 'What is a monad?',
  answers: texts.map((text, at) => ({ slot: String.fromCharCode(65 + at), text })),
})

/** The form with the places: the last message of an opened comparison. */
async function formOf(simulator: DiscordSimulator, opened: Interacted) {
  return simulator.until(() => opened.followUps().find((each) => labelsOf(each).includes(BALLOT_FORM.send)))
}

/** The form as it is now. */
const now = (opened: Interacted) => {
  const form = opened.followUps().at(-1)
  if (form === undefined) throw new Error('There is no form.')
  return form
}

/** A model that never answers. */
const waitingForever: ComparisonDesk['ballot'] = (_task, _rater, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })

async function comparing(ballot?: Ballot, by?: (simulator: DiscordSimulator) => DiscordPerson) {
  const world = await answered()
  const { simulator, host, press, alice } = world
  if (ballot !== undefined) host.desks.deskAnswers.ballot = ballot
  const rater = by?.(simulator) ?? alice
  const opened = press('compare', rater)
  await formOf(simulator, opened)
  const choose = async (slot: string, value: string | undefined) =>
    place(rater, now(opened), slot, value).answered()
  return { ...world, rater, opened, choose, form: () => now(opened) }
}

describe('answers to compare', () => {
  test('F6: what is being done is said at once; then come the question, every answer and a place for each', async () => {
    const { simulator, host, press, alice } = await answered()
    const ready = Promise.withResolvers<void>()
    host.desks.deskAnswers.ballotReady = ready.promise
    const opened = press('compare')
    expect(textOf(await saying(simulator, opened))).toBe(BALLOT_FORM.drawing)
    expect(opened.answer()).toMatchObject({ type: 4, ephemeral: true })
    ready.resolve()
    const form = await formOf(simulator, opened)
    expect(host.desks.comparisonRequests).toEqual([
      {
        id: `discord:${opened.interactionId}`,
        reply: REPLY,
        by: { platform: 'discord', id: alice.id },
        at: expect.any(Number),
      },
    ])
    const shown = textOf(opened.answer()?.message)
    expect(shown).toContain('### The question\nWhat is a monad?')
    for (const slot of ['A', 'B', 'C', 'D']) expect(shown).toContain(`### Answer ${slot}\nAnswer ${slot}.`)
    expect(partsOf(form).filter(({ type }) => type === 3)).toHaveLength(4)
    expect(labelsOf(form)).toEqual([BALLOT_FORM.send, BALLOT_FORM.allBad, BALLOT_FORM.sendWithReason])
  })

  test('D1: nine long answers are shown in full, over several messages', async () => {
    const texts = Array.from({ length: 9 }, (_, n) =>
      Array.from({ length: 120 }, (_, line) => `Answer ${n}, line ${line} of what it says.`).join('\n'),
    )
    const { opened, form } = await comparing(ballotOf(...texts))
    const pages = [opened.answer()?.message, ...opened.followUps().slice(0, -1)]
    const shown = pages.map(textOf).join('\n')
    for (const text of texts) for (const line of text.split('\n')) expect(shown.split(line)).toHaveLength(2)
    expect(partsOf(form()).filter(({ type }) => type === 3)).toHaveLength(9)
  })

  test('a comparison that cannot be made says why', async () => {
    const { simulator, host, press } = await answered()
    host.desks.deskAnswers.task = { say: 'This reply broke off, so there is nothing to compare.' }
    await saying(simulator, press('compare'), (text) => text.includes('broke off'))
    host.desks.deskAnswers.task = { task: 'task-1' }
    host.desks.deskAnswers.ballot = { say: GONE }
    await saying(simulator, press('compare'), (text) => text === GONE)
  })

  test('a store that is down is said, with a button where the answers are known', async () => {
    const { hurry, simulator, host, press, alice } = await answered()
    hurry()
    vi.spyOn(host.comparisons, 'begin').mockRejectedValue(new Error('down'))
    await saying(simulator, press('compare'), (text) => text === SAYINGS.failed)
    vi.mocked(host.comparisons.begin).mockRestore()
    const ballot = vi.spyOn(host.comparisons, 'ballot').mockRejectedValue(new Error('down'))
    const said = await saying(simulator, press('compare'), (text) => text === SAYINGS.failed)
    ballot.mockRestore()
    await formOf(simulator, pressLabel(alice, said, BALLOT_FORM.open))
  })

  test('that take longer than Discord waits leave a button that shows them', async () => {
    const { simulator, host, press, alice, hurry } = await answered()
    vi.spyOn(host.comparisons, 'ballot').mockImplementationOnce(waitingForever)
    hurry(100_000)
    const said = await saying(simulator, press('compare'), (text) => text === FORM_SAYINGS.late)
    await formOf(simulator, pressLabel(alice, said, BALLOT_FORM.open))
  })

  test('that are still being drawn when Parley stops leave a button that shows them', async () => {
    const { simulator, host, press, alice, restart } = await answered()
    vi.spyOn(host.comparisons, 'ballot').mockImplementationOnce(waitingForever)
    const opened = press('compare')
    await vi.waitFor(() => expect(host.comparisons.ballot).toHaveBeenCalled())
    await restart()
    const said = await saying(simulator, opened, (text) => text === FORM_SAYINGS.late)
    await formOf(simulator, pressLabel(alice, said, BALLOT_FORM.open))
  })

  test('F1: a press that is delivered again begins one comparison and shows it once', async () => {
    const { simulator, host, press } = await answered()
    const opened = press('compare')
    opened.redeliver(2)
    await formOf(simulator, opened)
    expect(host.desks.comparisonRequests).toHaveLength(1)
    expect(opened.followUps()).toHaveLength(1)
  })
})

describe('the form with the places', () => {
  test('F6: places, ties and gaps are one order, sent once', async () => {
    const { simulator, host, choose, form, rater, opened } = await comparing()
    const places = { A: '2', B: '1', C: '2', D: '4' }
    for (const [slot, value] of Object.entries(places)) await choose(slot, value)
    const sent = pressLabel(rater, form(), BALLOT_FORM.send)
    sent.redeliver(2)
    await simulator.until(() => textOf(form()) === BALLOT_FORM.done)
    expect(host.desks.rankings).toEqual([
      {
        id: `discord:${sent.interactionId}`,
        task: 'task-1',
        by: { platform: 'discord', id: rater.id },
        order: [['B'], ['A', 'C'], ['D']],
        allBad: false,
        spentMs: expect.any(Number),
        at: expect.any(Number),
      },
    ])
    expect(labelsOf(form())).toEqual([])
    expect(opened.followUps()).toHaveLength(1)
  })

  test('a missing place is said, and the choices stay; a choice can be taken back', async () => {
    const { simulator, host, choose, form, rater } = await comparing()
    await choose('A', '1')
    await choose('B', '3')
    await choose('B', undefined)
    pressLabel(rater, form(), BALLOT_FORM.send)
    await simulator.until(() => textOf(form()).includes('Please choose a place for B, C, D.'))
    expect(chosenIn(form())).toEqual(['Answer A: 1 (best)'])
    expect(host.desks.rankings).toEqual([])
  })

  test('F6: all of them are bad, without places, with them, and taken back', async () => {
    const { simulator, host, form, rater } = await comparing(ballotOf('one', 'two'))
    await pressLabel(rater, form(), BALLOT_FORM.allBad).answered()
    expect(textOf(form())).toContain(BALLOT_FORM.allBadHint)
    await pressLabel(rater, form(), ALL_BAD_CHOSEN).answered()
    expect(labelsOf(form())).toContain(BALLOT_FORM.allBad)
    await pressLabel(rater, form(), BALLOT_FORM.allBad).answered()
    const sent = pressLabel(rater, form(), BALLOT_FORM.send)
    await simulator.until(() => textOf(form()) === BALLOT_FORM.done)
    expect(host.desks.rankings).toMatchObject([
      { id: `discord:${sent.interactionId}`, order: [], allBad: true },
    ])
  })

  test('a reason is asked for in a form of its own, which sends', async () => {
    const { simulator, host, choose, form, rater } = await comparing(ballotOf('one', 'two'))
    await choose('A', '1')
    await choose('B', '2')
    const asked = pressLabel(rater, form(), BALLOT_FORM.sendWithReason)
    expect(await asked.answered()).toMatchObject({ type: 9, modal: { title: BALLOT_FORM.title } })
    const sent = rater.submitModal(asked, { reason: 'A is right.' })
    await simulator.until(() => textOf(form()) === BALLOT_FORM.done)
    expect(host.desks.rankings).toMatchObject([
      { id: `discord:${sent.interactionId}`, order: [['A'], ['B']], reason: 'A is right.' },
    ])
  })

  test('a reason is not asked for what cannot be sent yet', async () => {
    const { form, rater } = await comparing()
    const asked = pressLabel(rater, form(), BALLOT_FORM.sendWithReason)
    expect(await asked.answered()).toMatchObject({ type: 7 })
    expect(textOf(form())).toContain('Please choose a place for A, B, C, D.')
  })

  test('what cannot be recorded is said, with the choices and the reason, also after a restart', async () => {
    const { simulator, host, choose, form, rater, restart } = await comparing(ballotOf('one', 'two'))
    await choose('A', '2')
    await choose('B', '1')
    host.desks.deskAnswers.outcome = { ok: false, say: GONE }
    const asked = pressLabel(rater, form(), BALLOT_FORM.sendWithReason)
    await asked.answered()
    rater.submitModal(asked, { reason: 'B is `shorter`.' })
    await simulator.until(() => textOf(form()).includes(GONE))
    expect(textOf(form())).toContain('What you wrote:\nB is `shorter`.')
    expect(chosenIn(form())).toEqual(['Answer A: 2', 'Answer B: 1 (best)'])
    await restart()
    const again = pressLabel(rater, form(), BALLOT_FORM.sendWithReason)
    await again.answered()
    expect(fieldsOf(again)).toMatchObject([{ value: 'B is `shorter`.' }])
    host.desks.deskAnswers.outcome = { ok: true }
    // What was written stays while places change, and goes along with what is sent.
    await choose('A', '1')
    pressLabel(rater, form(), BALLOT_FORM.send)
    await simulator.until(() => textOf(form()) === BALLOT_FORM.done)
    expect(host.desks.rankings).toMatchObject([{ order: [['A', 'B']], reason: 'B is `shorter`.' }])
  })

  test('a store that is down for long costs no choice', async () => {
    const { hurry, simulator, host, choose, form, rater } = await comparing(ballotOf('one', 'two'))
    hurry()
    await choose('A', '1')
    await choose('B', '2')
    vi.spyOn(host.comparisons, 'rank').mockRejectedValue(new Error('down'))
    pressLabel(rater, form(), BALLOT_FORM.send)
    await simulator.until(() => textOf(form()).includes(FORM_SAYINGS.failed))
    expect(chosenIn(form())).toEqual(['Answer A: 1 (best)', 'Answer B: 2'])
  })

  test('after a restart the form goes on from what it shows', async () => {
    const { simulator, host, choose, form, rater, restart } = await comparing(ballotOf('one', 'two'))
    await choose('A', '1')
    await restart()
    await choose('B', '2')
    pressLabel(rater, form(), BALLOT_FORM.send)
    await simulator.until(() => textOf(form()) === BALLOT_FORM.done)
    expect(host.desks.rankings).toMatchObject([{ order: [['A'], ['B']] }])
  })

  test('two places chosen faster than the form changes both count; a choice delivered again does not', async () => {
    const { simulator, host, form, rater } = await comparing(ballotOf('one', 'two'))
    const before = form()
    const first = place(rater, before, 'A', '2')
    const second = place(rater, before, 'B', '1')
    await Promise.all([first.answered(), second.answered()])
    await place(rater, form(), 'A', '1').answered()
    first.redeliver()
    pressLabel(rater, form(), BALLOT_FORM.send)
    await simulator.until(() => textOf(form()) === BALLOT_FORM.done)
    expect(host.desks.rankings).toMatchObject([{ order: [['A', 'B']] }])
  })

  test('opened again, it shows what the person chose before', async () => {
    const earlier = { order: [['B'], ['A']], allBad: true }
    const { form } = await comparing({ ...ballotOf('one', 'two'), earlier })
    expect(chosenIn(form())).toEqual(['Answer A: 2', 'Answer B: 1 (best)'])
    expect(labelsOf(form())).toContain(ALL_BAD_CHOSEN)
  })

  test('F6: two raters at once rank in forms of their own', async () => {
    const { simulator, host, press, alice } = await answered()
    const bob = simulator.person('bob')
    const opened = [press('compare'), press('compare', bob)]
    for (const each of opened) await formOf(simulator, each)
    const [mine, theirs] = opened
    if (mine === undefined || theirs === undefined) throw new Error('There is no form.')
    expect(() => place(bob, now(mine), 'A', '1')).toThrow('for somebody else')
    for (const [rater, own] of [
      [alice, mine],
      [bob, theirs],
    ] as const) {
      for (const slot of ['A', 'B', 'C', 'D']) await place(rater, now(own), slot, '1').answered()
      pressLabel(rater, now(own), BALLOT_FORM.send)
    }
    await simulator.until(() => opened.every((each) => textOf(now(each)) === BALLOT_FORM.done))
    expect(host.desks.rankings.map(({ by }) => by.id).toSorted()).toEqual([alice.id, bob.id].toSorted())
  })
})

/** What the menus of a form show as chosen. */
const chosenIn = (form: ReturnType<typeof now>) =>
  partsOf(form).flatMap(({ options = [] }) => options.flatMap((each) => (each.default ? [each.label] : [])))

describe('an invitation', () => {
  const invitation = (channel: string, text = 'Which answer is best? What is a monad?') => ({
    ...{ task: `1763900000000-${'f'.repeat(32)}`, channel, text },
  })

  test('F5: is posted with a button, which opens the answers for whoever presses it', async () => {
    const { simulator, host, discord, restart } = await answered()
    const review = simulator.channel('review')
    host.desks.deskAnswers.ballot = ballotOf('one', 'two')
    await discord.invite?.(invitation(review.id), AbortSignal.timeout(5_000))
    await restart()
    const [message] = simulator.messages(review)
    expect([message?.content, labelsOf(message)]).toEqual([
      'Which answer is best? What is a monad?',
      [BALLOT_FORM.invited],
    ])
    for (const name of ['bob', 'carol']) {
      const opened = pressLabel(simulator.person(name), message, BALLOT_FORM.invited)
      await formOf(simulator, opened)
      expect(opened.answer()).toMatchObject({ type: 4, ephemeral: true })
    }
    expect(simulator.messages(review)).toHaveLength(1)
    expect(host.desks.comparisonRequests).toEqual([])
  })

  test('posted again after an answer was lost, it is one message; a long one is in full', async () => {
    const { simulator, discord } = await answered()
    const review = simulator.channel('review')
    const text = `Which answer is best?\n\n${'word '.repeat(700)}`.trim()
    simulator.failNext('POST /channels/:id/messages', { kind: 'reset', when: 'after' })
    const signal = AbortSignal.timeout(5_000)
    await expect(discord.invite?.(invitation(review.id, text), signal)).rejects.toMatchObject({
      fault: { kind: 'unavailable' },
    })
    await discord.invite?.(invitation(review.id, text), signal)
    const posted = simulator.messages(review)
    expect(
      posted
        .map(({ content }) => content)
        .join(' ')
        .split(/\s+/),
    ).toEqual(text.split(/\s+/))
    expect(posted.map((each) => labelsOf(each).length)).toEqual([0, 1])
  })

  test('into a channel that is none says what to do', async () => {
    const { discord } = await answered()
    await expect(discord.invite?.(invitation('review'), AbortSignal.timeout(5_000))).rejects.toThrow(
      'Copy Channel ID',
    )
  })
})
