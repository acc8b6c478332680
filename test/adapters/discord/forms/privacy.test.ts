import { describe, expect, test, vi } from 'vitest'
import { HELP } from '#adapters/forms.ts'
import {
  EXPORT_FILE_NAME,
  erasedSentence,
  PRIVACY_LABELS,
  PRIVACY_SAYINGS,
  privacySentences,
} from '#adapters/privacy.ts'
import type { DiscordSimulatorOptions } from '#test/platforms/discord/simulator.ts'
import { running, stopped } from '../running.ts'
import { HurriedClock } from './hurried-clock.ts'
import { labelsOf, pressLabel, saying, textOf } from './world.ts'

const CALLBACK = 'POST /interactions/:interaction/:token/callback'

/** Alice has asked what is kept of her. */
async function asking(options: DiscordSimulatorOptions = {}) {
  const clock = new HurriedClock()
  const world = await running({ rateLimits: false, adapterClock: clock, ...options })
  const { simulator, host } = world
  await registered(simulator)
  const alice = simulator.person('alice')
  const asked = alice.command(simulator.channel('general'), 'parley privacy')
  const shown = () => asked.answer()?.message
  await simulator.until(() => labelsOf(shown()).length > 0)
  const press = (label: string) => pressLabel(alice, shown(), label)
  const person = { platform: 'discord', id: alice.id }
  return { ...world, hurry: () => clock.hurry(), desks: host.desks, alice, asked, shown, press, person }
}

const registered = (simulator: Awaited<ReturnType<typeof running>>['simulator']) =>
  simulator.until(() =>
    simulator.calls.some(
      ({ method, path, status }) => method === 'PUT' && path.endsWith('/commands') && status,
    ),
  )

describe('/parley', () => {
  test('is there after every start, in servers and in direct messages, and so is the command on messages', async () => {
    const { simulator, restart } = await running({ rateLimits: false })
    await registered(simulator)
    await restart()
    const puts = () => simulator.calls.filter(({ method, status }) => method === 'PUT' && status === 200)
    await simulator.until(() => puts().length === 2)
    expect(puts()[1]?.body).toMatchObject([
      { name: 'parley', type: 1, contexts: [0, 1], options: [{ name: 'help' }, { name: 'privacy' }] },
      { name: 'Write a better reply', type: 3, contexts: [0, 1] },
    ])
    expect(puts()[1]?.body).toEqual(puts()[0]?.body)
  })

  test('that cannot be registered is no reason not to start, and the operator is told', async () => {
    const clock = new HurriedClock()
    const world = await stopped({ rateLimits: false, adapterClock: clock })
    const { simulator, discord, host, logged } = world
    simulator.failNext(/commands/, { kind: 'error', status: 403, code: 50001 }, 10)
    await discord.start(host)
    clock.hurry()
    await vi.waitFor(() => expect(JSON.stringify(logged())).toContain('applications.commands'), 5_000)
  })

  test('help is said to whoever asks, and to nobody else', async () => {
    const { simulator } = await running({ rateLimits: false })
    await registered(simulator)
    const asked = simulator.person('alice').command(simulator.channel('general'), 'parley help')
    expect(await asked.answered()).toMatchObject({ type: 4, ephemeral: true })
    for (const line of HELP) expect(textOf(asked.answer()?.message)).toContain(line)
    expect(simulator.messages(simulator.channel('general'))).toEqual([])
  })
})

describe('/parley privacy', () => {
  test('S3: says to this person alone what is kept, with what they can do', async () => {
    const { desks, shown, asked, simulator } = await asking()
    for (const sentence of privacySentences(desks.deskAnswers.view))
      expect(textOf(shown())).toContain(sentence)
    expect(labelsOf(shown())).toEqual([
      PRIVACY_LABELS.export,
      PRIVACY_LABELS.consent_on,
      PRIVACY_LABELS.erase,
    ])
    expect(asked.answer()?.ephemeral).toBe(true)
    expect(simulator.messages(simulator.channel('general'))).toEqual([])
  })

  test('S2: consent is given and taken back, also after a restart', async () => {
    const { desks, shown, press, person, simulator, restart } = await asking()
    desks.deskAnswers.view = { consent: { training: true, since: Date.UTC(2026, 10, 23) }, kept: [] }
    press(PRIVACY_LABELS.consent_on)
    await simulator.until(() => textOf(shown()).includes(PRIVACY_SAYINGS.consentOn))
    await restart()
    desks.deskAnswers.view = { consent: { training: false, since: Date.UTC(2026, 10, 23) }, kept: [] }
    press(PRIVACY_LABELS.consent_off)
    await simulator.until(() => textOf(shown()).includes(PRIVACY_SAYINGS.consentOff))
    expect(labelsOf(shown())).toContain(PRIVACY_LABELS.consent_on)
    expect(desks.consents).toEqual([
      { person, training: true },
      { person, training: false },
    ])
  })

  test('S2: a choice that is delivered again after a later one changes nothing', async () => {
    const { desks, shown, press, simulator } = await asking()
    desks.deskAnswers.view = { consent: { training: true, since: 1 }, kept: [] }
    const on = press(PRIVACY_LABELS.consent_on)
    await simulator.until(() => textOf(shown()).includes(PRIVACY_SAYINGS.consentOn))
    desks.deskAnswers.view = { consent: { training: false, since: 1 }, kept: [] }
    press(PRIVACY_LABELS.consent_off)
    await simulator.until(() => textOf(shown()).includes(PRIVACY_SAYINGS.consentOff))
    const calls = () =>
      simulator.calls.filter(({ path, status }) => path.endsWith('/callback') && status === 400)
    on.redeliver(2)
    await simulator.until(() => calls().length === 2)
    expect(desks.consents.map(({ training }) => training)).toEqual([true, false])
  })

  test('S3: a copy comes as a file', async () => {
    const { press, simulator } = await asking()
    const pressed = press(PRIVACY_LABELS.export)
    const message = await saying(simulator, pressed)
    expect([textOf(message), message.files]).toEqual([
      PRIVACY_SAYINGS.exportReady,
      [{ name: EXPORT_FILE_NAME, content: '{"what":"message","text":"hello"}\n' }],
    ])
    expect(pressed.answer()?.ephemeral).toBe(true)
  })

  test('S3: a copy that is larger than a file comes in several, and no line is cut', async () => {
    const { host, press, simulator } = await asking({ attachmentSizeLimit: 10_000 })
    const lines = Array.from({ length: 300 }, (_, n) => `${JSON.stringify({ n, text: 'ä'.repeat(40) })}\n`)
    vi.spyOn(host.privacy, 'export').mockImplementation(async function* () {
      yield* lines
    })
    const pressed = press(PRIVACY_LABELS.export)
    const files = () =>
      [pressed.answer()?.message, ...pressed.followUps()].flatMap((each) => each?.files ?? [])
    await simulator.until(
      () =>
        files()
          .map(({ content }) => content)
          .join('') === lines.join(''),
    )
    expect(files().length).toBeGreaterThan(2)
    expect(new Set(files().map(({ name }) => name)).size).toBe(files().length)
    for (const { content } of files()) expect(content.endsWith('}\n')).toBe(true)
  })

  test('S3: nothing to copy, and a copy that fails, are said', async () => {
    const { host, press, simulator } = await asking()
    const copy = vi.spyOn(host.privacy, 'export').mockImplementation(async function* () {})
    await saying(simulator, press(PRIVACY_LABELS.export), (text) => text === PRIVACY_SAYINGS.exportNothing)
    copy.mockImplementation(async function* () {
      yield '{}\n'
      throw new Error('the store is down')
    })
    await saying(simulator, press(PRIVACY_LABELS.export), (text) => text === PRIVACY_SAYINGS.failed)
  })

  test('S3: erasing asks first, can be let be, and says what is left to do', async () => {
    const { desks, shown, press, person, simulator } = await asking()
    await press(PRIVACY_LABELS.erase).answered()
    expect(textOf(shown())).toBe(PRIVACY_SAYINGS.eraseAsk)
    press(PRIVACY_SAYINGS.eraseCancel)
    await simulator.until(() => labelsOf(shown()).includes(PRIVACY_LABELS.erase))
    expect(desks.erased).toEqual([])
    await press(PRIVACY_LABELS.erase).answered()
    press(PRIVACY_SAYINGS.eraseConfirm)
    await simulator.until(() => textOf(shown()) === erasedSentence(2, 'Discord'))
    expect(desks.erased).toEqual([person])
    expect(labelsOf(shown())).toEqual([])
  })

  test('S3: an erasure that fails is said, and can be pressed again', async () => {
    const { host, desks, shown, press, simulator, hurry } = await asking()
    await press(PRIVACY_LABELS.erase).answered()
    hurry()
    const erase = vi.spyOn(host.privacy, 'erase').mockRejectedValue(new Error('the store is down'))
    press(PRIVACY_SAYINGS.eraseConfirm)
    await simulator.until(() => textOf(shown()).includes(PRIVACY_SAYINGS.failed))
    erase.mockRestore()
    press(PRIVACY_SAYINGS.eraseConfirm)
    await simulator.until(() => textOf(shown()) === erasedSentence(2, 'Discord'))
    expect(desks.erased).toHaveLength(1)
  })

  test('a press that Discord takes no answer for does nothing: the person is shown that it failed', async () => {
    const { desks, press, shown, simulator } = await asking()
    await press(PRIVACY_LABELS.erase).answered()
    simulator.failNext(CALLBACK, { kind: 'error', status: 404, code: 10062 })
    press(PRIVACY_SAYINGS.eraseConfirm)
    await simulator.until(() => simulator.calls.some(({ status }) => status === 404))
    press(PRIVACY_SAYINGS.eraseCancel)
    await simulator.until(() => labelsOf(shown()).includes(PRIVACY_LABELS.erase))
    expect(desks.erased).toEqual([])
  })

  test('a store that is down is said', async () => {
    const { host, simulator, alice, hurry } = await asking()
    hurry()
    vi.spyOn(host.privacy, 'view').mockRejectedValue(new Error('the store is down'))
    const asked = alice.command(simulator.channel('general'), 'parley privacy')
    await saying(simulator, asked, (text) => text === PRIVACY_SAYINGS.failed)
  })
})
