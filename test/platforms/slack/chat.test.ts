import { afterEach, describe, expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { outcomeOf, webClient } from './bolt-app.ts'
import { type SlackSimulator, type SlackSimulatorOptions, startSlackSimulator } from './simulator.ts'

const open: SlackSimulator[] = []

afterEach(async () => {
  for (const simulator of open.splice(0)) await simulator.close()
})

async function start(options: SlackSimulatorOptions = {}) {
  const simulator = await startSlackSimulator({ retryDelaysMs: [], rateLimits: false, ...options })
  open.push(simulator)
  const alice = simulator.person('alice')
  const channel = simulator.channel('general')
  return { simulator, alice, channel, chat: webClient(simulator).chat, client: webClient(simulator) }
}

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } })
const markdown = (text: string) => ({ type: 'markdown' as const, text })

describe('tokens', () => {
  test('the right one is known, a wrong one is invalid_auth, none is not_authed', async () => {
    const { simulator, client } = await start()
    const { userId, botId } = simulator.bot
    expect(await client.auth.test()).toMatchObject({ ok: true, user_id: userId, bot_id: botId })
    expect(await outcomeOf(webClient(simulator, 'xoxb-other').auth.test())).toBe('invalid_auth')
    const bare = await fetch(`${simulator.apiUrl}auth.test`, { method: 'POST' })
    expect(await bare.json()).toMatchObject({ ok: false, error: 'not_authed' })
  })

  test('a rejected token is invalid_auth until it is accepted again', async () => {
    const { simulator, client } = await start()
    simulator.rejectToken()
    expect(await outcomeOf(client.auth.test())).toBe('invalid_auth')
    simulator.acceptToken()
    expect(await outcomeOf(client.auth.test())).toBe('ok')
  })

  test('the app token opens connections and does nothing else', async () => {
    const { simulator, client } = await start()
    expect(await outcomeOf(webClient(simulator, simulator.appToken).auth.test())).toBe(
      'not_allowed_token_type',
    )
    expect(await outcomeOf(client.apps.connections.open())).toBe('not_allowed_token_type')
  })

  test('an unknown method is unknown_method; a JSON body is read like a form', async () => {
    const { simulator, client, channel } = await start({ missingMethods: ['assistant.threads.setTitle'] })
    expect(await outcomeOf(client.apiCall('chat.sing'))).toBe('unknown_method')
    expect(await outcomeOf(client.apiCall('assistant.threads.setTitle'))).toBe('unknown_method')
    const posted = await fetch(`${simulator.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${simulator.botToken}`,
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify({ channel, text: 'hi', blocks: [section('hi')] }),
    })
    expect(await posted.json()).toMatchObject({ ok: true, message: { blocks: [{ type: 'section' }] } })
  })
})

describe('chat.postMessage', () => {
  test('takes text, or Markdown, or blocks, and refuses Markdown with either', async () => {
    const { simulator, chat, channel } = await start()
    const { ts = '' } = await chat.postMessage({ channel, markdown_text: '**hi**' })
    expect(simulator.thread(channel, ts)[0]).toMatchObject({
      text: '**hi**',
      shown: '**hi**',
      streaming: false,
    })
    await chat.postMessage({ channel, text: 'fallback', blocks: [markdown('# a'), section('b')] })
    expect(simulator.history(channel)[1]).toMatchObject({ text: 'fallback', shown: '# a\nb' })
    const both = { channel, markdown_text: 'a', text: 'b' }
    expect(await outcomeOf(chat.postMessage(both))).toBe('markdown_text_conflict')
    const blocks = { channel, markdown_text: 'a', blocks: [section('b')] }
    expect(await outcomeOf(chat.postMessage(blocks))).toBe('markdown_text_conflict')
    expect(await outcomeOf(chat.postMessage({ channel, text: '' }))).toBe('no_text')
  })

  test('holds the limits of text, Markdown and blocks', async () => {
    const { simulator, chat, channel } = await start()
    const post = (message: object) => outcomeOf(chat.postMessage({ channel, text: 'x', ...message }))
    expect(await outcomeOf(chat.postMessage({ channel, markdown_text: 'x'.repeat(12_000) }))).toBe('ok')
    expect(await outcomeOf(chat.postMessage({ channel, markdown_text: 'x'.repeat(12_001) }))).toBe(
      'msg_too_long',
    )
    const cut = await chat.postMessage({ channel, text: 'x'.repeat(40_001) })
    expect(cut.response_metadata?.warnings).toEqual(['message_truncated'])
    expect(simulator.history(channel).at(-1)?.text).toHaveLength(40_000)
    expect(await post({ blocks: Array(50).fill({ type: 'divider' }) })).toBe('ok')
    expect(await post({ blocks: Array(51).fill({ type: 'divider' }) })).toBe('invalid_blocks')
    expect(await post({ blocks: [section('x'.repeat(3_000))] })).toBe('ok')
    expect(await post({ blocks: [section('x'.repeat(3_001))] })).toBe('invalid_blocks')
    expect(await post({ blocks: [markdown('x'.repeat(12_000))] })).toBe('ok')
    const three = Array(3).fill(markdown('x'.repeat(4_001)))
    expect(await post({ blocks: three })).toBe('msg_blocks_too_long')
    expect(await post({ blocks: Array(5).fill(section('x'.repeat(2_700))) })).toBe('msg_blocks_too_long')
    expect(await post({ blocks: [{ type: 'sing' }] })).toBe('invalid_blocks')
    expect(await post({ blocks: '[{' })).toBe('invalid_blocks_format')
  })

  test('holds the limits of buttons and context actions', async () => {
    const { chat, channel } = await start()
    const post = (type: string, elements: object[]) =>
      outcomeOf(chat.postMessage({ channel, text: 'x', blocks: [Object({ type, elements })] }))
    const button = (text: string, value: string) => ({
      type: 'button',
      action_id: 'a',
      text: { type: 'plain_text', text },
      value,
    })
    expect(await post('actions', [button('x'.repeat(75), 'x'.repeat(2_000))])).toBe('ok')
    expect(await post('actions', [button('x'.repeat(76), 'x')])).toBe('invalid_blocks')
    expect(await post('actions', [button('x', 'x'.repeat(2_001))])).toBe('invalid_blocks')
    expect(await post('actions', [{ ...button('x', 'x'), action_id: 'x'.repeat(256) }])).toBe(
      'invalid_blocks',
    )
    expect(await post('actions', Array(26).fill(button('x', 'x')))).toBe('invalid_blocks')
    expect(await post('context_actions', Array(6).fill(button('x', 'x')))).toBe('invalid_blocks')
    expect(await post('context_actions', [{ type: 'feedback_buttons', action_id: 'f' }])).toBe(
      'invalid_blocks',
    )
  })

  test('refuses a channel it does not know or is not in, and bad metadata', async () => {
    const { simulator, chat, channel } = await start()
    const elsewhere = simulator.channel('elsewhere', { botIsMember: false })
    const secret = simulator.channel('secret', { botIsMember: false, private: true })
    expect(await outcomeOf(chat.postMessage({ channel: 'C0NOWHERE', text: 'x' }))).toBe('channel_not_found')
    expect(await outcomeOf(chat.postMessage({ channel: elsewhere, text: 'x' }))).toBe('not_in_channel')
    expect(await outcomeOf(chat.postMessage({ channel: secret, text: 'x' }))).toBe('channel_not_found')
    const post = (event_payload: object) =>
      outcomeOf(
        chat.postMessage({ channel, text: 'x', metadata: Object({ event_type: 'e', event_payload }) }),
      )
    expect(await post({ run: 'r', at: { a: 1 } })).toBe('ok')
    expect(await post({ at: { a: { b: 1 } } })).toBe('invalid_metadata_schema')
    expect(await post({ run: 'x'.repeat(20_000) })).toBe('metadata_too_large')
    const bare = Object({ event_type: 'e' })
    expect(await outcomeOf(chat.postMessage({ channel, text: 'x', metadata: bare }))).toBe(
      'invalid_metadata_format',
    )
  })

  test('a reply to a reply goes to its root; a reply to a deleted message lands at top level', async () => {
    const { simulator, alice, chat, channel } = await start()
    const root = await alice.post(channel, 'question')
    const reply = await alice.post(channel, 'and', { threadTs: root.ts })
    await chat.postMessage({ channel, text: 'answer', thread_ts: reply.ts })
    expect(simulator.thread(channel, root.ts).map(({ text }) => text)).toEqual(['question', 'and', 'answer'])
    const gone = await alice.post(channel, 'oops')
    await alice.delete(gone)
    const { message } = await chat.postMessage({ channel, text: 'lost', thread_ts: gone.ts })
    expect(message).not.toHaveProperty('thread_ts')
    expect(simulator.history(channel).at(-1)?.text).toBe('lost')
  })
})

describe('chat.update and chat.delete', () => {
  test('change own messages and keep metadata unless it is given', async () => {
    const { simulator, chat, channel } = await start()
    const metadata = { event_type: 'reply', event_payload: { run: 'r1' } }
    const { ts = '' } = await chat.postMessage({ channel, text: 'one', blocks: [section('one')], metadata })
    await chat.update({ channel, ts, markdown_text: 'two' })
    expect(simulator.history(channel)[0]).toMatchObject({ shown: 'two', blocks: [], metadata, edited: true })
    await chat.delete({ channel, ts })
    expect(simulator.history(channel)).toEqual([])
  })

  test('refuse what is not there, not theirs, empty or too long', async () => {
    const { alice, chat, channel } = await start()
    const { ts } = await alice.post(channel, 'hers')
    const own = await chat.postMessage({ channel, text: 'mine' })
    const mine = { channel, ts: own.ts ?? '' }
    expect(await outcomeOf(chat.update({ channel, ts: '1.000001', text: 'x' }))).toBe('message_not_found')
    expect(await outcomeOf(chat.update({ channel, ts, text: 'x' }))).toBe('cant_update_message')
    expect(await outcomeOf(chat.update({ ...mine, text: '' }))).toBe('no_text')
    expect(await outcomeOf(chat.update({ ...mine, text: 'x'.repeat(4_001) }))).toBe('msg_too_long')
    expect(await outcomeOf(chat.update({ ...mine, markdown_text: 'x'.repeat(12_001) }))).toBe('msg_too_long')
    expect(await outcomeOf(chat.delete({ channel, ts }))).toBe('cant_delete_message')
    expect(await outcomeOf(chat.delete(mine))).toBe('ok')
    expect(await outcomeOf(chat.delete(mine))).toBe('message_not_found')
    expect(await outcomeOf(chat.update({ ...mine, text: 'x' }))).toBe('message_not_found')
  })
})

test('an ephemeral message is for one person and in no thread', async () => {
  const { simulator, alice, chat, channel } = await start()
  const root = await alice.post(channel, 'hi')
  await chat.postEphemeral({ channel, user: alice.id, thread_ts: root.ts, text: 'Thanks.' })
  expect(simulator.ephemerals).toMatchObject([{ user: alice.id, threadTs: root.ts, text: 'Thanks.' }])
  expect(simulator.thread(channel, root.ts)).toHaveLength(1)
  expect(await outcomeOf(chat.postEphemeral({ channel, user: 'U0NOBODY', text: 'x' }))).toBe('user_not_found')
})

describe('rate limits', () => {
  const limited = () => start({ rateLimits: true, clock: new VirtualClock(1_700_000_000_000) })

  test.each([
    ['chat.startStream', 20],
    ['chat.update', 50],
    ['conversations.replies', 50],
    ['agents.sessions.setStatus', 50],
    ['chat.appendStream', 100],
    ['users.info', 100],
  ])('%s is refused after %i calls in a minute', async (method, most) => {
    const { client } = await limited()
    const outcomes = await Promise.all(
      Array.from({ length: most + 1 }, () => outcomeOf(client.apiCall(method, {}))),
    )
    expect(outcomes.filter((outcome) => outcome === 'wait 60')).toHaveLength(1)
  })

  test('a channel takes a short burst of posts and then one a second; others do not wait', async () => {
    const clock = new VirtualClock(1_700_000_000_000)
    const { simulator, chat, channel } = await start({ rateLimits: true, clock })
    const post = () => outcomeOf(chat.postMessage({ channel, text: 'x' }))
    const outcomes = [await post(), await post(), await post(), await post(), await post(), await post()]
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'wait 1'])
    expect(await outcomeOf(chat.postMessage({ channel: simulator.channel('random'), text: 'x' }))).toBe('ok')
    await clock.advance(1_000)
    expect([await post(), await post()]).toEqual(['ok', 'wait 1'])
  })

  test('Retry-After counts down on the clock, and then the method works again', async () => {
    const clock = new VirtualClock(1_700_000_000_000)
    const { client } = await start({ rateLimits: true, clock })
    for (let call = 0; call < 20; call += 1) await client.emoji.list()
    await clock.advance(45_500)
    expect(await outcomeOf(client.emoji.list())).toBe('wait 15')
    await clock.advance(14_500)
    expect(await outcomeOf(client.emoji.list())).toBe('ok')
  })
})

describe('scripted faults', () => {
  test('are used up in order, by method', async () => {
    const { simulator, chat, channel } = await start()
    const post = () => outcomeOf(chat.postMessage({ channel, text: 'x' }))
    simulator.failNext('chat.postMessage', { kind: 'platform', error: 'is_archived' })
    simulator.failNext('chat.postMessage', { kind: 'http', status: 503 })
    simulator.failNext('chat.postMessage', { kind: 'http', status: 429, headers: { 'retry-after': '7' } })
    expect([await post(), await post(), await post(), await post()]).toEqual([
      'is_archived',
      'http 503',
      'wait 7',
      'ok',
    ])
    expect(simulator.calls.map(({ outcome }) => outcome)).toEqual([
      'is_archived',
      'http 503',
      'http 429',
      'ok',
    ])
  })

  test('D5: a reset comes before the write or after it', async () => {
    const { simulator, chat, channel } = await start()
    simulator.failNext('chat.postMessage', { kind: 'reset', when: 'before' })
    expect(await outcomeOf(chat.postMessage({ channel, text: 'lost' }))).toBe('no answer')
    simulator.failNext('chat.postMessage', { kind: 'reset', when: 'after' })
    expect(await outcomeOf(chat.postMessage({ channel, text: 'written' }))).toBe('no answer')
    expect(simulator.history(channel).map(({ text }) => text)).toEqual(['written'])
  })

  test('a delay holds back the effect, or only the answer', async () => {
    const clock = new VirtualClock(1_700_000_000_000)
    const { simulator, chat, channel } = await start({ clock })
    simulator.failNext('chat.postMessage', { kind: 'delay', ms: 500 })
    simulator.failNext('chat.postMessage', { kind: 'delay', ms: 500, when: 'after' })
    const first = chat.postMessage({ channel, text: 'first' })
    await simulator.until(() => simulator.calls.length === 1)
    const second = chat.postMessage({ channel, text: 'second' })
    await simulator.until(() => simulator.history(channel).length === 1)
    expect(simulator.history(channel)[0]?.text).toBe('second')
    await clock.advance(500)
    await Promise.all([first, second])
    expect(simulator.history(channel).map(({ text }) => text)).toEqual(['second', 'first'])
  })
})

test('until rejects with what happened instead', async () => {
  const { simulator, client } = await start()
  await client.auth.test()
  await expect(simulator.until(() => false, 1)).rejects.toThrow('Calls: auth.test=ok. Deliveries: none.')
})
