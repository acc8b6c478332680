import type { App } from '@slack/bolt'
import type { ModalView } from '@slack/web-api'
import { afterEach, describe, expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { boltOverHttp, boltOverSocket, outcomeOf, webClient } from './bolt-app.ts'
import { type SlackSimulatorOptions, startSlackSimulator } from './simulator.ts'

const open: { close(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close()
})

async function start(listen: (app: App) => void, options: SlackSimulatorOptions = {}, socket = false) {
  const simulator = await startSlackSimulator({ retryDelaysMs: [], ...options })
  open.push(simulator)
  const running = await (socket ? boltOverSocket : boltOverHttp)(simulator, listen)
  open.push({ close: running.stop })
  const client = webClient(simulator)
  const channel = simulator.channel('general')
  const alice = simulator.person('alice')
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'answer', blocks: [feedback] })
  return { simulator, client, channel, alice, message: { channel, ts } }
}

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const feedback = {
  type: 'context_actions' as const,
  elements: [
    {
      type: 'feedback_buttons' as const,
      action_id: 'feedback',
      positive_button: { text: plain('Good'), value: 'good:r1' },
      negative_button: { text: plain('Bad'), value: 'bad:r1' },
    },
  ],
}
const modal: ModalView = {
  type: 'modal',
  callback_id: 'better',
  private_metadata: 'r1',
  title: plain('Better reply'),
  submit: plain('Send'),
  blocks: [
    {
      type: 'input',
      block_id: 'reply',
      label: plain('Reply'),
      element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 100 },
    },
    {
      type: 'input',
      block_id: 'kind',
      optional: true,
      label: plain('Kind'),
      element: {
        type: 'radio_buttons',
        action_id: 'pick',
        options: ['wrong', 'rude'].map((value) => ({ text: plain(value), value })),
      },
    },
  ],
}

for (const socket of [false, true]) {
  test(`feedback, a view and its submission go round over ${socket ? 'Socket Mode' : 'HTTP'}`, async () => {
    const seen: unknown[] = []
    const { simulator, alice, message } = await start(
      (app) => {
        app.action('feedback', async ({ ack, action, body, client }) => {
          await ack()
          seen.push(Object(action).value, Object(body).message.ts)
          await client.views.open({ trigger_id: Object(body).trigger_id, view: modal })
        })
        app.view('better', async ({ ack, view }) => {
          const text = view.state.values.reply?.text?.value ?? ''
          if (text === 'short') return ack({ response_action: 'errors', errors: { reply: 'Say more.' } })
          await ack()
          seen.push(text, view.private_metadata, view.state.values.kind?.pick?.selected_option?.value)
        })
      },
      {},
      socket,
    )
    const click = await alice.click(message, 'feedback', 'bad:r1')
    expect(click.acknowledged).toBe(true)
    await simulator.until(() => simulator.views(alice).length === 1)
    const refused = await alice.submit({ reply: { text: 'short' } })
    expect(refused.response).toEqual({ response_action: 'errors', errors: { reply: 'Say more.' } })
    expect(simulator.views(alice)).toHaveLength(1)
    await alice.submit({ reply: { text: 'a better one' }, kind: { pick: 'wrong' } })
    expect(simulator.views(alice)).toEqual([])
    await simulator.until(() => seen.length === 5)
    expect(seen).toEqual(['bad:r1', message.ts, 'a better one', 'r1', 'wrong'])
  })
}

test('a press on what the message does not show is a mistake of the test', async () => {
  const { alice, message } = await start(() => {})
  await expect(alice.click(message, 'sing')).rejects.toThrow('shows nothing with the action id "sing"')
  await expect(alice.click(message, 'feedback', 'maybe')).rejects.toThrow('there are good:r1, bad:r1')
})

test('an interaction nobody acknowledges fails before the person after three seconds', async () => {
  const clock = new VirtualClock(1_700_000_000_000)
  let pressed = false
  const { simulator, alice, message } = await start(
    (app) => {
      app.action('feedback', async () => {
        pressed = true
      })
    },
    { clock },
  )
  const click = alice.click(message, 'feedback', 'good:r1')
  await simulator.until(() => pressed)
  await clock.advance(3_000)
  expect((await click).acknowledged).toBe(false)
  expect(simulator.deliveries.at(-1)).toMatchObject({ type: 'block_actions', result: 'timeout' })
})

test('a shortcut and a command reach the app; response_url answers and replaces', async () => {
  const { simulator, alice, channel, message } = await start((app) => {
    app.shortcut('improve', async ({ ack, respond, shortcut }) => {
      await ack()
      if (shortcut.type !== 'message_action') return
      await respond({ text: `about ${shortcut.message.text}`, response_type: 'ephemeral' })
    })
    app.command('/parley', async ({ ack, command }) => {
      await ack(`you said ${command.text}`)
    })
    app.action('feedback', async ({ ack, respond }) => {
      await ack()
      await respond({ text: 'replaced', replace_original: true })
    })
  })
  await alice.shortcut('improve', message)
  await simulator.until(() => simulator.ephemerals.length === 1)
  expect(simulator.ephemerals[0]).toMatchObject({ user: alice.id, text: 'about answer' })
  const command = await alice.command('/parley', 'help me', channel)
  expect(command).toMatchObject({ acknowledged: true, response: 'you said help me' })
  await alice.click(message, 'feedback', 'good:r1')
  await simulator.until(() => simulator.history(channel)[0]?.text === 'replaced')
})

test('response_url serves five times and for half an hour', async () => {
  const clock = new VirtualClock(1_700_000_000_000)
  const urls: string[] = []
  const { alice, message } = await start(
    (app) => {
      app.action('feedback', async ({ ack, body }) => {
        await ack()
        urls.push(Object(body).response_url)
      })
    },
    { clock },
  )
  const say = async (url = '') => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ text: 'x' }) })
    return response.text()
  }
  await alice.click(message, 'feedback', 'good:r1')
  await alice.click(message, 'feedback', 'good:r1')
  const answers = [await say(urls[0]), await say(urls[0]), await say(urls[0]), await say(urls[0])]
  expect(answers).toEqual(['ok', 'ok', 'ok', 'ok'])
  expect([await say(urls[0]), await say(urls[0])]).toEqual(['ok', 'used_url'])
  await clock.advance(30 * 60_000 + 1)
  expect(await say(urls[1])).toBe('expired_url')
})

describe('views', () => {
  /** A workspace whose app keeps the triggers of clicks. */
  async function triggers(clock = new VirtualClock(1_700_000_000_000)) {
    const kept: string[] = []
    const world = await start(
      (app) => {
        app.action('feedback', async ({ ack, body }) => {
          await ack()
          kept.push(Object(body).trigger_id)
        })
      },
      { clock },
    )
    const trigger = async (): Promise<string> => {
      await world.alice.click(world.message, 'feedback', 'good:r1')
      return kept.at(-1) ?? ''
    }
    return { ...world, clock, trigger }
  }

  test('a trigger opens one view within three seconds', async () => {
    const { client, clock, trigger } = await triggers()
    const show = (trigger_id: string) => outcomeOf(client.views.open({ trigger_id, view: modal }))
    const first = await trigger()
    expect(await show(first)).toBe('ok')
    expect(await show(first)).toBe('exchanged_trigger_id')
    const second = await trigger()
    await clock.advance(3_001)
    expect(await show(second)).toBe('expired_trigger_id')
    expect(await show('made up')).toBe('invalid_trigger_id')
  })

  test('the limits of a view', async () => {
    const { client, trigger } = await triggers()
    const show = async (more: object) =>
      outcomeOf(client.views.open({ trigger_id: await trigger(), view: Object({ ...modal, ...more }) }))
    expect(await show({ title: plain('x'.repeat(25)) })).toBe('invalid_arguments')
    expect(await show({ submit: undefined })).toBe('invalid_arguments')
    expect(await show({ private_metadata: 'x'.repeat(3_001) })).toBe('invalid_arguments')
    expect(await show({ blocks: Array(101).fill({ type: 'divider' }) })).toBe('invalid_arguments')
    expect(await show({ blocks: [{ type: 'markdown', text: 'a' }] })).toBe('invalid_arguments')
    const long = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(2_900) } }
    expect(await show({ blocks: Array(100).fill(long) })).toBe('view_too_large')
    expect(await show({ private_metadata: 'x'.repeat(3_000) })).toBe('ok')
  })

  test('at most three views lie on each other', async () => {
    const { simulator, alice, client, trigger } = await triggers()
    await client.views.open({ trigger_id: await trigger(), view: modal })
    const push = async () => outcomeOf(client.views.push({ trigger_id: await trigger(), view: modal }))
    expect([await push(), await push(), await push()]).toEqual(['ok', 'ok', 'push_limit_reached'])
    await alice.dismiss()
    expect(simulator.views(alice)).toHaveLength(2)
  })

  test('a view is updated by id, unless it changed meanwhile', async () => {
    const { simulator, alice, client, trigger } = await triggers()
    const { view } = await client.views.open({ trigger_id: await trigger(), view: modal })
    const update = (more: object) =>
      outcomeOf(
        client.views.update({ view_id: view?.id ?? '', view: { ...modal, title: plain('Other') }, ...more }),
      )
    expect(await update({ hash: view?.hash })).toBe('ok')
    expect(simulator.views(alice)[0]?.view.title).toEqual(plain('Other'))
    expect(await update({ hash: view?.hash })).toBe('hash_conflict')
    expect(await update({ view_id: 'V0NONE' })).toBe('not_found')
  })

  test('a person cannot send a view with a required field left empty or too long', async () => {
    const { alice, client, trigger } = await triggers()
    await client.views.open({ trigger_id: await trigger(), view: modal })
    await expect(alice.submit({})).rejects.toThrow('asks for reply/text')
    await expect(alice.submit({ reply: { text: 'x'.repeat(101) } })).rejects.toThrow('0 to 100 characters')
    await expect(alice.submit({ song: { text: 'x' } })).rejects.toThrow('no field song/text')
    await expect(alice.submit({ reply: { text: 'x' }, kind: { pick: 'odd' } })).rejects.toThrow('wrong, rude')
  })
})

test('the Home tab is published for one person; opening it is an event', async () => {
  const opened: string[] = []
  const { simulator, alice, client } = await start((app) => {
    app.event('app_home_opened', async ({ event }) => {
      opened.push(event.tab ?? '')
    })
  })
  await alice.openHome('home')
  await alice.openHome()
  await simulator.until(() => opened.length === 2)
  expect(opened.toSorted()).toEqual(['home', 'messages'])
  await client.views.publish({ user_id: alice.id, view: { type: 'home', blocks: [{ type: 'divider' }] } })
  expect(simulator.home(alice)).toMatchObject({ type: 'home' })
  expect(simulator.home(simulator.person('bob'))).toBeUndefined()
})
