import { describe, expect, test, vi } from 'vitest'
import { MESSAGE_COMMAND } from '#adapters/discord/forms/commands.ts'
import { CORRECTION_FORM, FORM_SAYINGS, tooLongToCorrect } from '#adapters/forms.ts'
import { SAYINGS } from '#adapters/press.ts'
import { REPLY } from '../running.ts'
import { answered, fieldsOf, labelsOf, pressLabel, saying, textOf } from './world.ts'

const CHANGED = 'This reply was written anew meanwhile. Please open the form again.'
const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, n) => `Paragraph ${n}. ${'word '.repeat(100)}`.trim()).join('\n\n')

test('F4: the form is filled with the reply, and what is sent is recorded for that version of it', async () => {
  const { host, press, alice, simulator } = await answered()
  host.desks.deskAnswers.draft = { reply: REPLY, version: 'v1', text: 'An answer.' }
  const opened = press('correct')
  expect(await opened.answered()).toMatchObject({ type: 9, modal: { title: CORRECTION_FORM.title } })
  expect(fieldsOf(opened)).toMatchObject([{ custom_id: '0:', value: 'An answer.' }])
  const sent = alice.submitModal(opened, { '0:': 'A **better** answer.' })
  sent.redeliver(2)
  expect(textOf(await saying(simulator, sent))).toBe(CORRECTION_FORM.done)
  expect(host.desks.corrections).toEqual([
    {
      id: `discord:${sent.interactionId}`,
      reply: REPLY,
      by: { platform: 'discord', id: alice.id },
      at: expect.any(Number),
      version: 'v1',
      text: 'A **better** answer.',
    },
  ])
})

describe('a long reply', () => {
  test('stands in several fields, and comes back to the letter where nobody changes it', async () => {
    const { host, press, alice, simulator } = await answered()
    const text = paragraphs(18)
    host.desks.deskAnswers.draft = { reply: REPLY, version: 'v'.repeat(32), text }
    const opened = press('correct')
    await opened.answered()
    expect(fieldsOf(opened).length).toBeGreaterThan(2)
    const [first] = fieldsOf(opened)
    const sent = alice.submitModal(opened, { [first?.custom_id ?? '']: `${first?.value} And more.` })
    await saying(simulator, sent, (said) => said === CORRECTION_FORM.done)
    const cut = first?.value?.length ?? 0
    expect(host.desks.corrections[0]?.text).toBe(`${text.slice(0, cut)} And more.${text.slice(cut)}`)
  })

  test('that is longer than any form is said to be, and where it can be written', async () => {
    const { host, press, simulator } = await answered()
    const text = paragraphs(40)
    host.desks.deskAnswers.draft = { reply: REPLY, version: 'v1', text }
    const opened = press('correct')
    expect(textOf(await saying(simulator, opened))).toBe(tooLongToCorrect(text.length, 'a form in Discord'))
    expect(opened.answer()).toMatchObject({ type: 4, ephemeral: true })
  })
})

describe('what cannot be recorded', () => {
  test('is given back with the reason, and the form opens with it again, for the version of now', async () => {
    const { host, press, alice, simulator, restart } = await answered()
    host.desks.deskAnswers.outcome = { ok: false, say: CHANGED }
    const opened = press('correct')
    await opened.answered()
    const back = await saying(simulator, alice.submitModal(opened, { '0:': 'Mine.\n\n- one\n- two' }))
    expect(textOf(back)).toBe(`${CHANGED}\nMine.\n\n- one\n- two`)
    host.desks.deskAnswers.outcome = { ok: true }
    host.desks.deskAnswers.draft = { reply: REPLY, version: 'v2', text: 'Written anew.' }
    await restart()
    const again = pressLabel(alice, back, CORRECTION_FORM.open)
    await again.answered()
    expect(fieldsOf(again)).toMatchObject([{ value: 'Mine.\n\n- one\n- two' }])
    await saying(simulator, alice.submitModal(again, {}), (said) => said === CORRECTION_FORM.done)
    expect(host.desks.corrections).toMatchObject([{ version: 'v2', text: 'Mine.\n\n- one\n- two' }])
  })

  test('comes as a file when it is longer than a message', async () => {
    const { host, press, alice, simulator } = await answered()
    const text = paragraphs(18)
    host.desks.deskAnswers.draft = { reply: REPLY, version: 'v1', text }
    host.desks.deskAnswers.outcome = { ok: false, say: CHANGED }
    const opened = press('correct')
    await opened.answered()
    const back = await saying(simulator, alice.submitModal(opened, {}))
    expect(textOf(back)).toBe(CHANGED)
    expect(back.files).toEqual([{ name: 'what-you-wrote.md', content: text }])
    expect(labelsOf(back)).toEqual([CORRECTION_FORM.open])
  })

  test('because the store is down is given back too', async () => {
    const { hurry, host, press, alice, simulator } = await answered()
    hurry()
    vi.spyOn(host.feedback, 'correct').mockRejectedValue(new Error('the store is down'))
    const opened = press('correct')
    await opened.answered()
    const back = await saying(simulator, alice.submitModal(opened, { '0:': 'Mine.' }))
    expect(textOf(back)).toBe(`${FORM_SAYINGS.failed}\nMine.`)
  })

  test.each(['before', 'after'] as const)(
    'is told although the first answer broke off %s it arrived',
    async (when) => {
      const { hurry, host, press, alice, simulator } = await answered()
      hurry()
      host.desks.deskAnswers.outcome = { ok: false, say: CHANGED }
      const opened = press('correct')
      await opened.answered()
      simulator.failNext('POST /interactions/:interaction/:token/callback', { kind: 'reset', when })
      simulator.failNext('PATCH /webhooks/:webhook/:token/messages/:message', { kind: 'reset', when })
      const sent = alice.submitModal(opened, { '0:': 'Mine.' })
      expect(textOf(await saying(simulator, sent, (text) => text.includes('Mine.')))).toContain(CHANGED)
    },
  )
})

describe('a form that cannot be opened', () => {
  test('says why', async () => {
    const { host, press, simulator } = await answered()
    host.desks.deskAnswers.draft = { say: 'This message was deleted meanwhile, so nothing was recorded.' }
    const opened = press('correct')
    expect(textOf(await saying(simulator, opened))).toContain('deleted meanwhile')
  })

  test('says so when the store fails', async () => {
    const { hurry, host, press, simulator } = await answered()
    hurry()
    vi.spyOn(host.feedback, 'draft').mockRejectedValue(new Error('the store is down'))
    expect(textOf(await saying(simulator, press('correct')))).toBe(SAYINGS.failed)
  })

  test('because the store is slow has a button that opens it', async () => {
    const { hurry, host, press, alice, simulator } = await answered()
    hurry()
    const ready = Promise.withResolvers<void>()
    const draft = vi.spyOn(host.feedback, 'draft').mockImplementationOnce(async (reply) => {
      await ready.promise
      return { reply, version: 'v1', text: 'late' }
    })
    const said = await saying(simulator, press('correct'))
    expect([textOf(said), labelsOf(said)]).toEqual([FORM_SAYINGS.late, [CORRECTION_FORM.open]])
    ready.resolve()
    const opened = pressLabel(alice, said, CORRECTION_FORM.open)
    expect(await opened.answered()).toMatchObject({ type: 9 })
    expect(draft).toHaveBeenCalledTimes(2)
  })
})

describe('the command on a message', () => {
  test('F3: opens the form of the reply that any of its messages shows', async () => {
    const { host, alice, at, simulator } = await answered()
    const find = vi.spyOn(host.feedback, 'replyShownBy')
    const opened = alice.messageCommand(at, MESSAGE_COMMAND)
    expect(await opened.answered()).toMatchObject({ type: 9 })
    expect(find).toHaveBeenCalledWith({
      ...{ platform: 'discord', workspace: simulator.guild.id },
      ...{ channel: at.channelId, message: at.messageId },
    })
    const sent = alice.submitModal(opened, { '0:': 'Better.' })
    await saying(simulator, sent, (text) => text === CORRECTION_FORM.done)
    expect(host.desks.corrections).toMatchObject([{ text: 'Better.' }])
  })

  test('on a message that shows no reply says so', async () => {
    const { host, alice, simulator } = await answered()
    host.desks.deskAnswers.replyShownBy = undefined
    const asked = alice.messageCommand(alice.post(simulator.channel('general'), 'hello'), MESSAGE_COMMAND)
    expect(textOf(await saying(simulator, asked))).toBe(CORRECTION_FORM.notOurs)
    expect(asked.answer()?.ephemeral).toBe(true)
  })

  test('works in direct messages', async () => {
    const { host, alice, simulator } = await answered()
    const sent = alice.directMessage('hello')
    const find = vi.spyOn(host.feedback, 'replyShownBy')
    const opened = alice.messageCommand(sent, MESSAGE_COMMAND)
    expect(await opened.answered()).toMatchObject({ type: 9 })
    expect(find).toHaveBeenCalledWith(expect.objectContaining({ workspace: '@me', message: sent.messageId }))
    await saying(simulator, alice.submitModal(opened, { '0:': 'Better.' }))
  })
})
