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
  const client = webClient(simulator)
  const question = await alice.mention(simulator.channel('general'), 'hi')
  const { channel, ts: thread_ts } = question
  const recipient = { recipient_team_id: simulator.team.id, recipient_user_id: alice.id }
  const begin = async (markdown_text?: string): Promise<{ channel: string; ts: string }> => {
    const text = markdown_text === undefined ? {} : { markdown_text }
    const { ts = '' } = await client.chat.startStream({ channel, thread_ts, ...recipient, ...text })
    return { channel, ts }
  }
  const reply = () => simulator.thread(channel, thread_ts)[1]
  return { simulator, alice, client, chat: client.chat, channel, thread_ts, recipient, begin, reply }
}

const buttons = { type: 'divider' as const, block_id: 'end' }

test('a stream grows, ends with blocks and metadata, and answers with the message', async () => {
  const { chat, begin, reply } = await start()
  const stream = await begin('one ')
  expect(reply()).toMatchObject({ text: 'one ', streaming: true })
  await chat.appendStream({ ...stream, markdown_text: 'two ' })
  expect(reply()).toMatchObject({ text: 'one two ', streaming: true })
  const metadata = { event_type: 'reply', event_payload: { run: 'r1' } }
  const stopped = await chat.stopStream({ ...stream, markdown_text: 'three', blocks: [buttons], metadata })
  expect(stopped.message).toMatchObject({ text: 'one two three', streaming_state: 'completed' })
  expect(reply()).toMatchObject({ text: 'one two three', streaming: false, blocks: [buttons], metadata })
})

test('the client library streams through it, tasks included', async () => {
  const { client, channel, thread_ts, recipient, reply } = await start()
  const streamer = client.chatStream({ channel, thread_ts, ...recipient, buffer_size: 4 })
  await streamer.append({ markdown_text: 'hello ' })
  await streamer.append({ chunks: [{ type: 'task_update', id: 't', title: 'Look', status: 'in_progress' }] })
  await streamer.append({ chunks: [{ type: 'task_update', id: 't', title: 'Look', status: 'complete' }] })
  await streamer.append({ markdown_text: 'w' })
  await streamer.stop({ markdown_text: 'orld' })
  expect(reply()).toMatchObject({ text: 'hello world', streaming: false })
  expect(reply()?.tasks).toMatchObject([{ id: 't', status: 'complete' }])
})

test('the app hears of its own stream: a message, then message_changed', async () => {
  const { simulator, chat, begin } = await start()
  const stream = await begin('one')
  await chat.stopStream(stream)
  await simulator.settled()
  const own = simulator.deliveries.filter(({ type }) => type === 'message')
  expect(own).toHaveLength(3)
})

describe('chat.startStream refuses', () => {
  test('a channel without a recipient, but not a direct message', async () => {
    const { alice, chat, channel, thread_ts, recipient } = await start()
    const start_ = (more: object) => outcomeOf(chat.startStream({ channel, thread_ts, ...more }))
    expect(await start_({})).toBe('missing_recipient_team_id')
    expect(await start_({ ...recipient, recipient_user_id: '' })).toBe('missing_recipient_user_id')
    expect(await start_({ ...recipient, recipient_user_id: 'U0NOBODY' })).toBe('user_not_found')
    const { channel: dm, ts } = await alice.directMessage('hi')
    expect(await outcomeOf(chat.startStream({ channel: dm, thread_ts: ts }))).toBe('ok')
  })

  test('a channel it is not in, and a thread that is not there', async () => {
    const { simulator, chat, channel, thread_ts, recipient } = await start()
    const elsewhere = simulator.channel('elsewhere', { botIsMember: false })
    const outside = { channel: elsewhere, thread_ts, ...recipient }
    expect(await outcomeOf(chat.startStream(outside))).toBe('not_in_channel')
    const lost = { channel, thread_ts: '1.000001', ...recipient }
    expect(await outcomeOf(chat.startStream(lost))).toBe('invalid_thread_ts')
    expect(await outcomeOf(chat.startStream({ ...lost, channel: 'C0X' }))).toBe('channel_not_found')
  })

  test('Markdown and chunks together, unknown chunks, and more than 12,000 characters', async () => {
    const { chat, channel, thread_ts, recipient } = await start({ streamMaxBytes: 100_000 })
    const start_ = (more: object) =>
      outcomeOf(chat.startStream({ channel, thread_ts, ...recipient, ...more }))
    const chunks = [{ type: 'markdown_text', text: 'a' }]
    expect(await start_({ markdown_text: 'a', chunks })).toBe('cannot_provide_both_markdown_text_and_chunks')
    expect(await start_({ chunks: [{ type: 'song' }] })).toBe('invalid_chunks')
    expect(await start_({ chunks: [{ type: 'task_update', id: 't', status: 'maybe' }] })).toBe(
      'invalid_chunks',
    )
    expect(await start_({ markdown_text: 'x'.repeat(12_001) })).toBe('msg_too_long')
    expect(await start_({ markdown_text: 'x'.repeat(12_000) })).toBe('ok')
  })
})

test('D2: the cumulative cap is in bytes, and the call that passes it adds nothing', async () => {
  const { chat, begin, reply } = await start({ streamMaxBytes: 1_000 })
  const stream = await begin('é'.repeat(499))
  expect(await outcomeOf(chat.appendStream({ ...stream, markdown_text: 'abc' }))).toBe('msg_too_long')
  expect(reply()?.text).toHaveLength(499)
  expect(await outcomeOf(chat.stopStream({ ...stream, markdown_text: 'abc' }))).toBe('msg_too_long')
  expect(await outcomeOf(chat.appendStream({ ...stream, markdown_text: 'é' }))).toBe('ok')
  expect(await outcomeOf(chat.stopStream(stream))).toBe('ok')
})

test('an append needs text, keeps the mode of the stream, and needs a stream', async () => {
  const { alice, simulator, chat, channel, begin } = await start()
  const stream = await begin('text')
  const append = (at: object, more: object) => outcomeOf(chat.appendStream(Object({ ...at, ...more })))
  expect(await append(stream, {})).toBe('no_text')
  const chunks = [{ type: 'markdown_text', text: 'a' }]
  expect(await append(stream, { chunks })).toBe('streaming_mode_mismatch')
  const posted = await chat.postMessage({ channel, text: 'plain' })
  expect(await append({ channel, ts: posted.ts }, { markdown_text: 'a' })).toBe(
    'message_not_in_streaming_state',
  )
  const hers = await alice.post(channel, 'hers')
  expect(await append(hers, { markdown_text: 'a' })).toBe('message_not_owned_by_app')
  expect(await append({ channel, ts: '1.000001' }, { markdown_text: 'a' })).toBe('message_not_found')
  await chat.stopStream(stream)
  expect(await append(stream, { markdown_text: 'a' })).toBe('message_not_in_streaming_state')
  expect(simulator.calls.at(-1)?.outcome).toBe('message_not_in_streaming_state')
})

test('stopStream holds the limit of fifty blocks', async () => {
  const { chat, begin } = await start()
  const stream = await begin('text')
  const blocks = Array(51).fill({ type: 'divider' })
  expect(await outcomeOf(chat.stopStream({ ...stream, blocks }))).toBe('invalid_blocks')
  expect(await outcomeOf(chat.stopStream({ ...stream, blocks: blocks.slice(1) }))).toBe('ok')
})

test('D5: a stream ends after five minutes, appends or not, and looks half-written until an edit', async () => {
  const clock = new VirtualClock(1_700_000_000_000)
  const { chat, begin, reply } = await start({ clock })
  const stream = await begin('one')
  await clock.advance(4 * 60_000)
  expect(await outcomeOf(chat.appendStream({ ...stream, markdown_text: ' two' }))).toBe('ok')
  await clock.advance(60_000)
  const append = outcomeOf(chat.appendStream({ ...stream, markdown_text: ' three' }))
  expect(await append).toBe('message_not_in_streaming_state')
  expect(await outcomeOf(chat.stopStream(stream))).toBe('message_not_in_streaming_state')
  expect(reply()).toMatchObject({ text: 'one two', streaming: true })
  await chat.update({ ...stream, markdown_text: 'one two three' })
  expect(reply()).toMatchObject({ shown: 'one two three', streaming: false })
})

test('an edit of a message that still streams is streaming_state_conflict', async () => {
  const { chat, begin } = await start()
  const stream = await begin('one')
  expect(await outcomeOf(chat.update({ ...stream, text: 'two' }))).toBe('streaming_state_conflict')
  await chat.stopStream(stream)
  expect(await outcomeOf(chat.update({ ...stream, text: 'two' }))).toBe('ok')
})

test('T5: Stop ends the streams of the thread and tells the app, which then closes the session', async () => {
  const { simulator, alice, client, chat, channel, thread_ts, begin, reply } = await start()
  await client.agents.sessions.setStatus({ channel_id: channel, thread_ts, status: 'processing' })
  const stream = await begin('one')
  simulator.stopSession(alice, channel, thread_ts)
  await simulator.until(() => simulator.deliveries.some(({ type }) => type === 'agent_session_stopped'))
  expect(reply()).toMatchObject({ text: 'one', streaming: false })
  expect(await outcomeOf(chat.appendStream({ ...stream, markdown_text: 'x' }))).toBe('stopped_by_user')
  expect(simulator.session(channel, thread_ts).status).toBe('processing')
  await chat.stopStream(stream)
  expect(simulator.session(channel, thread_ts).status).toBe('active')
})

test('a server without streams knows no such method', async () => {
  const { chat, channel, thread_ts, recipient } = await start({ streaming: false })
  expect(await outcomeOf(chat.startStream({ channel, thread_ts, ...recipient }))).toBe('unknown_method')
})

describe('D7: working signs', () => {
  test('a session stays in processing through a post, and stopStream takes it out', async () => {
    const { simulator, client, chat, channel, thread_ts, begin } = await start()
    const session = { channel_id: channel, thread_ts }
    await client.agents.sessions.setStatus({ ...session, status: 'processing', title: 'Monads' })
    await chat.postMessage({ channel, thread_ts, text: 'x' })
    expect(simulator.session(channel, thread_ts)).toMatchObject({ status: 'processing', title: 'Monads' })
    await chat.stopStream({ ...(await begin('x')), session_status: 'closed' })
    expect(simulator.session(channel, thread_ts).status).toBe('closed')
    await client.agents.sessions.rename({ ...session, title: 'Functors' })
    expect(simulator.session(channel, thread_ts).title).toBe('Functors')
  })

  test('a session needs a known status, a thread, a short title, and membership', async () => {
    const { simulator, client, channel, thread_ts } = await start({ botEvents: [] })
    const set = (args: object) => outcomeOf(client.apiCall('agents.sessions.setStatus', { ...args }))
    const session = { channel_id: channel, thread_ts, status: 'processing' }
    expect(await set({ ...session, status: 'thinking hard' })).toBe('invalid_arguments')
    expect(await set({ ...session, thread_ts: '' })).toBe('thread_ts_required')
    expect(await set({ ...session, title: 'x'.repeat(201) })).toBe('invalid_arguments')
    const channel_id = simulator.channel('elsewhere', { botIsMember: false })
    expect(await set({ ...session, channel_id })).toBe('not_authorized')
    const { response_metadata } = await client.apiCall('agents.sessions.setStatus', session)
    expect(response_metadata?.warnings).toEqual(['missing_agent_session_stopped_event_subscription'])
  })

  test('the status line goes with a post, with an empty one, and after two minutes', async () => {
    const clock = new VirtualClock(1_700_000_000_000)
    const { simulator, client, chat, channel, thread_ts } = await start({ clock })
    const line = () => simulator.session(channel, thread_ts).statusLine
    const set = (status: string) =>
      client.assistant.threads.setStatus({ channel_id: channel, thread_ts, status })
    await set('is thinking')
    expect(line()).toBe('is thinking')
    await chat.postMessage({ channel, thread_ts, text: 'x' })
    expect(line()).toBe('')
    await set('is thinking')
    await set('')
    expect(line()).toBe('')
    await set('is thinking')
    await clock.advance(120_000)
    expect(line()).toBe('')
  })

  test('loading messages and prompts have limits', async () => {
    const { simulator, client, channel, thread_ts } = await start()
    const place = { channel_id: channel, thread_ts }
    const status = (loading_messages: string[]) =>
      outcomeOf(client.assistant.threads.setStatus({ ...place, status: 'x', loading_messages }))
    expect(await status(Array(10).fill('x'.repeat(50)))).toBe('ok')
    expect(await status(Array(11).fill('x'))).toBe('invalid_arguments')
    expect(await status(['x'.repeat(51)])).toBe('invalid_arguments')
    const dm = simulator.person('alice').dm
    const prompts = Array(4).fill({ title: 'Explain', message: 'Explain monads' })
    const suggest = (given: object[]) =>
      outcomeOf(client.apiCall('assistant.threads.setSuggestedPrompts', { channel_id: dm, prompts: given }))
    expect(await suggest(prompts)).toBe('ok')
    expect(simulator.prompts(dm)).toHaveLength(4)
    expect(await suggest([...prompts, ...prompts])).toBe('invalid_arguments')
  })

  test('an app that is no agent has the status line and nothing else', async () => {
    const { client, channel, thread_ts } = await start({ agents: false })
    const place = { channel_id: channel, thread_ts }
    const session = client.agents.sessions.setStatus({ ...place, status: 'processing' })
    expect(await outcomeOf(session)).toBe('feature_disabled')
    const prompts: [{ title: string; message: string }] = [{ title: 'a', message: 'b' }]
    const suggested = client.assistant.threads.setSuggestedPrompts({ channel_id: channel, prompts })
    expect(await outcomeOf(suggested)).toBe('not_agent_app')
    expect(await outcomeOf(client.assistant.threads.setStatus({ ...place, status: 'x' }))).toBe('ok')
  })
})
