import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { ModelError, type ModelErrorKind } from '#core/model/error.ts'
import type { ModelEvent } from '#core/model/model.ts'
import { threadKey } from '#core/thread.ts'
import { LEASE_MS } from '#core/turns/inbox.ts'
import { saying, Theatre } from './theatre.ts'

const THREAD = threadKey({ platform: 'test', workspace: 'w', channel: 'c', root: 'r' })

async function* breaking(text: string, kind: ModelErrorKind): AsyncIterable<ModelEvent> {
  if (text !== '') yield { type: 'text', delta: text }
  throw new ModelError(kind, 'secret vendor detail')
}

describe('a question is answered', () => {
  test('T1: once, however often it is delivered', async () => {
    const theatre = new Theatre()
    expect(await theatre.ask('1', 'hi')).toBe('accepted')
    expect(await theatre.ask('1', 'hi')).toBe('duplicate')
    expect(theatre.visible).toEqual(['you said: Alice: hi'])
    expect(theatre.screens[0]).toMatchObject({ finished: true, working: false, place: { id: '1' } })
  })

  test('the next one remembers what was said', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'I am called Alice')
    await theatre.ask('2', 'what is my name?')
    expect(theatre.prompts[1]?.turns.map(({ content }) => content)).toEqual([
      'Alice: I am called Alice',
      'you said: Alice: I am called Alice',
      'Alice: what is my name?',
    ])
  })

  test('T2: questions that came during a turn are answered together next', async () => {
    const theatre = new Theatre()
    for (const id of ['1', '3', '2']) await theatre.dialogue.accept(theatre.question(id, `question ${id}`))
    await theatre.clock.advance(10_000)
    expect(theatre.visible).toEqual([
      'you said: Alice: question 1',
      'you said: Alice: question 2\n\nAlice: question 3',
    ])
  })

  test('M5, F4: how it was made is recorded with it', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    const { messages } = await theatre.transcripts.window(THREAD)
    expect(messages[1]).toMatchObject({
      role: 'assistant',
      outcome: 'answered',
      made: {
        model: 'script-1',
        promptVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
        sampling: { temperature: 0.5 },
        arm: 'default',
        prompt: { first: 0, end: 1 },
        usage: { inputTokens: 1, outputTokens: 2, cachedTokens: 0 },
      },
    })
  })

  test('M5: the arm of an experiment is recorded with it, also when a person stops it', async () => {
    const theatre = new Theatre()
    theatre.arm = 'canary-7'
    await theatre.ask('1', 'hi')
    theatre.script = async function* (_, signal) {
      yield { type: 'text', delta: 'on and on' }
      await once(signal, 'abort')
    }
    await theatre.ask('2', 'more')
    await theatre.dialogue.stop({ thread: theatre.question('2', '').thread })
    await theatre.clock.advance(10_000)
    const { messages } = await theatre.transcripts.window(THREAD)
    const replies = messages.filter(({ role }) => role === 'assistant')
    expect(replies).toMatchObject([
      { made: { arm: 'canary-7' } },
      { outcome: 'stopped', made: { arm: 'canary-7' } },
    ])
  })

  test('F3: the messages that show it lead back to it', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    const { messages } = await theatre.transcripts.window(THREAD)
    const found = await theatre.shownReplies.find({
      platform: 'test',
      workspace: 'w',
      channel: 'c',
      message: 'm0',
    })
    expect(found).toEqual({ reply: messages[1]?.id, thread: THREAD })
  })

  test('an answer cut at its limit says so', async () => {
    const theatre = new Theatre()
    theatre.script = () => saying('a long ans', 'length')
    await theatre.ask('1', 'hi')
    expect(theatre.visible).toEqual([expect.stringMatching(/^a long ans\n\n_The answer stopped/)])
  })
})

describe('T4: the reader always sees how it ended', () => {
  const kinds: ModelErrorKind[] = [
    'timeout',
    'rate_limit',
    'quota',
    'auth',
    'bad_request',
    'context_overflow',
    'network',
    'server',
    'broken_stream',
  ]
  test.each(kinds)('a model that fails with %s is a plain sentence, and the thread goes on', async (kind) => {
    const theatre = new Theatre()
    theatre.script = () => breaking('', kind)
    await theatre.ask('1', 'hi')
    expect(theatre.screens[0]).toMatchObject({ finished: true, working: false })
    expect(theatre.visible[0]).toMatch(/^_[A-Z].*\._$/)
    expect(theatre.visible[0]).not.toMatch(/secret vendor detail/)
    theatre.script = () => saying('better now')
    await theatre.ask('2', 'and now?')
    expect(theatre.visible[1]).toBe('better now')
    expect(theatre.prompts[1]?.turns).toEqual([{ role: 'user', content: 'Alice: hi\n\nAlice: and now?' }])
  })

  test('what was said before it broke off is kept', async () => {
    const theatre = new Theatre()
    theatre.script = () => breaking('half an ans', 'broken_stream')
    await theatre.ask('1', 'hi')
    expect(theatre.visible[0]).toMatch(/^half an ans\n\n_.*_$/)
  })

  test('a model that says nothing, and one that ends without its terminal event, have failed (M1)', async () => {
    for (const text of ['', 'some words']) {
      const theatre = new Theatre()
      theatre.script = async function* () {
        if (text === '') yield { type: 'done', finish: 'stop', model: 'm' }
        else yield { type: 'text', delta: text }
      }
      await theatre.ask('1', 'hi')
      const { messages } = await theatre.transcripts.window(THREAD)
      expect(messages[1]).toMatchObject({ outcome: 'failed', fault: 'broken_stream', text })
    }
  })

  test('a reply whose thread is gone is recorded as undelivered, and the next turn runs', async () => {
    const theatre = new Theatre()
    theatre.surfaceFault = { kind: 'gone' }
    await theatre.ask('1', 'hi')
    theatre.surfaceFault = undefined
    await theatre.ask('2', 'still there?')
    const { messages } = await theatre.transcripts.window(THREAD)
    expect(messages[1]).toMatchObject({ outcome: 'failed', fault: 'undelivered:gone' })
    expect(theatre.screens.at(-1)?.finished).toBe(true)
  })

  test('a message that is too long to read is refused in words, without asking the model', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'x'.repeat(100_000))
    expect(theatre.prompts).toEqual([])
    expect(theatre.visible[0]).toMatch(/^_That message is longer than I can read at once/)
  })

  test('C3: the reader is told each time the oldest messages no longer fit, and not in between', async () => {
    const theatre = new Theatre()
    theatre.script = () => saying('ok')
    for (let n = 1; n <= 12; n += 1) await theatre.ask(String(n), 'x'.repeat(4_000))
    const told = theatre.visible.filter((text) => text.includes('I no longer see its oldest messages'))
    expect(told).toHaveLength(2)
    expect(theatre.prompts).toHaveLength(12)
    for (const { turns } of theatre.prompts) expect(JSON.stringify(turns).length).toBeLessThan(30_000)
  })
})

describe('a process that dies', () => {
  test('T3: before the model was asked: the next one answers', async () => {
    const theatre = new Theatre()
    await theatre.inbox.put({
      id: '1',
      thread: THREAD,
      sentAt: 1,
      body: theatre.body('1', 'hi'),
    })
    await theatre.claimAndDie()
    await theatre.clock.advance(LEASE_MS)
    const next = theatre.open()
    next.start()
    await theatre.clock.advance(1_000)
    await next.drain(0)
    expect(theatre.visible).toEqual(['you said: Alice: hi'])
  })

  test('T1, T3: while the reader watched: the same messages are continued under the same reply', async () => {
    const theatre = new Theatre()
    await theatre.inbox.put({
      id: '1',
      thread: THREAD,
      sentAt: 1,
      body: theatre.body('1', 'hi'),
    })
    const dead = await theatre.claimAndDie()
    await theatre.inbox.note(dead, JSON.stringify({ reply: 'reply-1', shown: ['m7'] }))
    await theatre.clock.advance(LEASE_MS)
    await theatre.ask('2', 'next')
    expect(theatre.screens[0]).toMatchObject({ continued: ['m7'], finished: true, place: { id: '1' } })
    const { messages } = await theatre.transcripts.window(THREAD)
    expect(messages.map(({ id }) => id).slice(0, 3)).toEqual(['1', 'reply-1', '2'])
  })

  test('T1: after the reply was complete: it is shown, and the model is not asked again', async () => {
    const theatre = new Theatre()
    await theatre.inbox.put({
      id: '1',
      thread: THREAD,
      sentAt: 1,
      body: theatre.body('1', 'hi'),
    })
    const dead = await theatre.claimAndDie()
    const message = { role: 'assistant', id: 'reply-1', text: 'whole', at: 5, outcome: 'answered' }
    const complete = { message, visible: 'whole' }
    await theatre.inbox.note(dead, JSON.stringify({ reply: 'reply-1', shown: ['m7'], complete }))
    await theatre.clock.advance(LEASE_MS)
    theatre.dialogue.start()
    await theatre.clock.advance(1_000)
    await theatre.dialogue.drain(0)
    expect(theatre.visible).toEqual(['whole'])
    expect(theatre.prompts).toEqual([])
  })

  test('T1, T2: a turn is handed over when its last write has landed, so that the next attempt finds it', async () => {
    const theatre = new Theatre()
    theatre.script = async function* (_prompt, signal) {
      yield { type: 'text', delta: 'half' }
      await theatre.clock.sleep(60_000, signal)
    }
    const landing = Promise.withResolvers<void>()
    theatre.onWrite = () => landing.promise
    await theatre.ask('1', 'hi')
    const drained = theatre.dialogue.drain(0)
    await theatre.clock.advance(1_000)
    expect(await theatre.inbox.claim()).toBeUndefined()
    landing.resolve()
    expect(await drained).toBe(1)
    expect((await theatre.inbox.claim())?.attempt).toBe(2)
  })

  test('T1, D7: an attempt that failed while the platform made it wait writes nothing any more', async () => {
    const theatre = new Theatre()
    theatre.surfaceFault = { kind: 'rate_limited', retryAfterMs: 20_000 }
    const note = theatre.inbox.note.bind(theatre.inbox)
    const noting = vi.spyOn(theatre.inbox, 'note').mockImplementation(async (claim, journal) => {
      if (!journal.includes('complete')) return note(claim, journal)
      noting.mockImplementation(note)
      theatre.surfaceFault = undefined
      throw new Error('the store is away')
    })
    await theatre.ask('1', 'hi')
    await theatre.clock.advance(60_000)
    expect(theatre.visible).toEqual(['', 'you said: Alice: hi'])
  })

  test('T4: a turn that fails again and again by our fault ends in an apology and frees its thread', async () => {
    const theatre = new Theatre()
    theatre.script = () => {
      throw new TypeError('a bug')
    }
    await theatre.ask('1', 'hi')
    await theatre.clock.advance(60_000)
    expect(theatre.visible.at(-1)).toMatch(/^_Something went wrong on my side/)
    theatre.script = () => saying('fine')
    await theatre.ask('2', 'and now?')
    expect(theatre.visible.at(-1)).toBe('fine')
  })
})

test('T3, T4: a process that is killed again and again is no fault of the question: it is answered', async () => {
  const theatre = new Theatre()
  theatre.script = () => saying('fine')
  await theatre.inbox.put({ id: '1', thread: THREAD, sentAt: 1, body: theatre.body('1', 'hi') })
  for (let killed = 0; killed < 12; killed += 1) {
    await theatre.claimAndDie()
    await theatre.clock.advance(LEASE_MS)
  }
  theatre.dialogue.start()
  await theatre.clock.advance(10_000)
  expect(theatre.visible.at(-1)).toBe('fine')
})

describe('what cannot even be begun', () => {
  test('T4: is given up after a while and logged, and frees its thread', async () => {
    const theatre = new Theatre()
    await theatre.inbox.put({ id: '1', thread: THREAD, sentAt: 1, body: 'not JSON' })
    await theatre.ask('2', 'am I blocked?')
    await theatre.clock.advance(120_000)
    await theatre.ask('3', 'and now?')
    expect(theatre.visible.at(-1)).toContain('and now?')
    expect(await theatre.inbox.waiting()).toBe(0)
  })
})

test('T1, T4: what is given up after it was said is remembered, and not said again with the next answer', async () => {
  const theatre = new Theatre()
  await theatre.inbox.put({ id: '1', thread: THREAD, sentAt: 1, body: theatre.body('1', 'hi') })
  const speaker = { id: 'U1', name: 'Alice' }
  await theatre.transcripts.append(THREAD, [{ role: 'user', id: '1', speaker, text: 'hi', at: 1 }])
  const message = { role: 'assistant', id: 'r1', at: 2, text: 'hello', outcome: 'answered' } as const
  const journal = { reply: 'r1', shown: ['m1'], complete: { message, visible: 'hello' } }
  await theatre.inbox.note(await theatre.claimAndDie(), JSON.stringify(journal))
  for (let attempt = 2; attempt <= 50; attempt += 1) {
    await theatre.clock.advance(LEASE_MS)
    await theatre.claimAndDie()
  }
  theatre.dialogue.start()
  await theatre.clock.advance(LEASE_MS)
  await theatre.ask('2', 'and now?')
  expect(theatre.prompts.map(({ turns }) => turns.map(({ content }) => content))).toEqual([
    ['Alice: hi', 'hello', 'Alice: and now?'],
  ])
  const { messages } = await theatre.transcripts.window(THREAD)
  expect(messages[1]).toMatchObject({ id: 'r1', outcome: 'failed', fault: 'undelivered:unavailable' })
})

test('T3, T4: a long reply that comes further now and then is never given up, however often it is cut off', async () => {
  const theatre = new Theatre()
  await theatre.inbox.put({ id: '1', thread: THREAD, sentAt: 1, body: theatre.body('1', 'hi') })
  const claims = async (attempts: number) => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      await theatre.claimAndDie()
      await theatre.clock.advance(LEASE_MS)
    }
  }
  // It is complete, and of its parts one stands, when the process ends for the first of many times.
  theatre.script = () => saying(`${'x'.repeat(1_500)}\n\n${'y'.repeat(1_500)}`)
  await claims(20)
  const held = Promise.withResolvers<void>()
  theatre.onPart = (part) => (part === 1 ? held.promise : Promise.resolve())
  theatre.dialogue.start()
  await theatre.clock.advance(1_000)
  const further = (await theatre.inbox.begun(THREAD))?.journal ?? ''
  expect(JSON.parse(further)).toMatchObject({ shown: ['m0'], furtherAt: 21 })
  const drained = theatre.dialogue.drain(0)
  held.reject(new Error('cut off'))
  await theatre.clock.advance(1)
  await drained
  await claims(45)
  theatre.onPart = async () => {}
  theatre.dialogue = theatre.open()
  theatre.dialogue.start()
  await theatre.clock.advance(10_000)
  expect(theatre.screens.at(-1)).toMatchObject({ finished: true, continued: ['m0'] })
  expect(theatre.visible.at(-1)).toContain('y'.repeat(1_500))
})

describe('a thread that is older than the assistant', () => {
  test('C1: its messages are fetched once, when it is first called in', async () => {
    const theatre = new Theatre()
    const speaker = { id: 'U2', name: 'Bob' }
    theatre.past = [
      { id: '0', speaker, own: false, text: 'the build is red', sentAt: 0 },
      { id: '1', speaker, own: false, text: 'twice?', sentAt: 1 },
    ]
    await theatre.ask('1', 'why?', { hasPast: true })
    await theatre.ask('2', 'since when?', { hasPast: true })
    expect(theatre.pastAsked).toBe(1)
    expect(theatre.prompts[0]?.turns).toEqual([
      { role: 'user', content: 'Bob: the build is red\n\nAlice: why?' },
    ])
  })
})
