import { describe, expect, test } from 'vitest'
import { FORM_SAYINGS, HELP } from '#adapters/forms.ts'
import { EXPORT_FILE_NAME, erasedSentence, PRIVACY_LABELS, PRIVACY_SAYINGS } from '#adapters/privacy.ts'
import { type RunningOptions, running } from '../running.ts'

async function opened(options: RunningOptions = {}) {
  const app = await running(options)
  const { simulator, host, channel } = app
  const bob = simulator.person('bob')
  const words = () => JSON.stringify(simulator.views(bob)[0]?.view ?? '')
  const says = (sentence: string) => simulator.until(() => words().includes(sentence))
  await bob.command('/parley', 'privacy', channel)
  await says('kept of you')
  return { app, simulator, host, channel, bob, words, says, me: { platform: 'slack', id: bob.id } }
}

describe.each([
  ['HTTP', false],
  ['Socket Mode', true],
])('over %s', (_, socket) => {
  test('S3: /parley privacy shows what is kept, before nobody else', async () => {
    const { words, simulator, channel } = await opened({ socket })
    expect(words()).toContain('This is kept of you: messages (2).')
    expect(words()).toContain('It is not used for training, because you have not allowed it.')
    for (const label of [PRIVACY_LABELS.export, PRIVACY_LABELS.consent_on, PRIVACY_LABELS.erase])
      expect(words()).toContain(label)
    expect(words()).not.toContain(PRIVACY_LABELS.consent_off)
    expect([...simulator.history(channel), ...simulator.ephemerals]).toEqual([])
  })

  test('S2: training is allowed and taken back', async () => {
    const { host, bob, says, me } = await opened({ socket })
    host.deskAnswers.view = { consent: { training: true, since: Date.UTC(2026, 10, 23) }, kept: [] }
    await bob.press('parley:privacy:consent_on')
    await says(PRIVACY_SAYINGS.consentOn)
    await says('Since November 23, 2026 you allow it to be used for training.')
    await bob.press('parley:privacy:consent_off')
    await says(PRIVACY_SAYINGS.consentOff)
    expect(host.consents).toEqual([
      { person: me, training: true },
      { person: me, training: false },
    ])
  })

  test('S3: a copy comes as a file in direct messages', async () => {
    const { simulator, bob, says } = await opened({ socket })
    await bob.press('parley:privacy:export')
    await says('A copy of everything that is kept of you is in your direct messages with me.')
    expect(simulator.files).toEqual([
      {
        ...{ channel: bob.dm, name: EXPORT_FILE_NAME, comment: PRIVACY_SAYINGS.exportReady },
        content: '{"what":"message","text":"hello"}\n',
      },
    ])
  })

  test('S3: erasing asks first, can be left, and says what became of it', async () => {
    const { host, bob, says, me } = await opened({ socket })
    await bob.press('parley:privacy:erase')
    await says(PRIVACY_SAYINGS.eraseAsk)
    expect(host.erased).toEqual([])
    await bob.press('parley:privacy:erase_cancel')
    await says('This is kept of you: messages (2).')
    expect(host.erased).toEqual([])
    await bob.press('parley:privacy:erase')
    await says(PRIVACY_SAYINGS.eraseAsk)
    const press = await bob.press('parley:privacy:erase_confirm')
    await says(erasedSentence(2, 'Slack'))
    await press.redeliver(2)
    expect(host.erased).toEqual([me])
  })

  test('/parley help says what I can do, before nobody else', async () => {
    const { bob, channel, simulator } = await opened({ socket })
    for (const text of ['help', '', 'what?']) {
      const { response } = await bob.command('/parley', text, channel)
      expect(response).toMatchObject({ response_type: 'ephemeral' })
      for (const line of HELP) expect(Object(response).text).toContain(line)
    }
    expect(simulator.history(channel)).toEqual([])
  })
})

test('a store that is down is told, whatever is asked for', async () => {
  const { host, bob, says, simulator, channel } = await opened()
  host.deskAnswers.fault = new Error('The store is down.')
  for (const step of ['export', 'consent_on'] as const) {
    await bob.press(`parley:privacy:${step}`)
    await says(PRIVACY_SAYINGS.failed)
    delete host.deskAnswers.fault
    await bob.command('/parley', 'privacy', channel)
    await says('This is kept of you')
    host.deskAnswers.fault = new Error('The store is down.')
  }
  expect(host.consents).toEqual([])
  expect(simulator.files).toEqual([])
})

test('an app without the scope for files says that it did not work', async () => {
  const { simulator, bob, says } = await opened()
  simulator.failNext('files.getUploadURLExternal', { kind: 'platform', error: 'missing_scope' })
  await bob.press('parley:privacy:export')
  await says(PRIVACY_SAYINGS.failed)
  expect(simulator.files).toEqual([])
})

test('nobody of whom nothing is kept gets an empty file', async () => {
  const { host, simulator, bob, words } = await opened()
  Object.assign(host.privacy, { export: async function* () {} })
  host.deskAnswers.view = { consent: { training: false, since: undefined }, kept: [] }
  await bob.press('parley:privacy:export')
  await simulator.until(() => words().includes(PRIVACY_SAYINGS.exportNothing))
  expect(simulator.files).toEqual([])
})

test('a command that comes too late to open anything is told so, also where we are no member', async () => {
  const { simulator, bob } = await opened()
  const elsewhere = simulator.channel('elsewhere', { botIsMember: false })
  simulator.failNext('views.open', { kind: 'platform', error: 'expired_trigger_id' })
  await bob.command('/parley', 'privacy', elsewhere)
  await simulator.until(() => simulator.ephemerals.length === 1)
  expect(simulator.ephemerals).toMatchObject([
    { user: bob.id, channel: elsewhere, text: FORM_SAYINGS.tryAgain },
  ])
})

test('F1: a command or a shortcut that is delivered again opens nothing twice, and says nothing', async () => {
  const { app, simulator, bob, channel } = await opened()
  const again = await bob.command('/parley', 'privacy', channel)
  await again.redeliver(1)
  const { ts } = await simulator.person('alice').post(channel, 'hello')
  const shortcut = await bob.shortcut('parley_correct', { channel, ts })
  await shortcut.redeliver(1)
  const refused = () => simulator.calls.filter(({ outcome }) => outcome === 'exchanged_trigger_id')
  await simulator.until(() => refused().length === 2)
  await app.platform.stop()
  expect(simulator.views(bob)).toHaveLength(1)
  expect(simulator.ephemerals).toEqual([])
})
