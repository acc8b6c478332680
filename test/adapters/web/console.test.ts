import { describe, expect, test } from 'vitest'
import type { DialogueView, SuggestionView } from '#adapters/web/protocol.ts'
import { CONSOLE_SAYINGS } from '#core/feedback/console/sayings.ts'
import { freshKey, WebClient } from './client.ts'
import { type Workspace, workspace } from './workspace.ts'

const TURNS = [
  { side: 'user', text: 'Why is the sky blue?' },
  { side: 'assistant', text: 'It scatters light.' },
] as const

async function trainer(space: Workspace, name = 'Ana') {
  const { client, session } = await WebClient.signedIn(space.url, name)
  return { client, id: session.person?.id ?? '' }
}

const json = async <T>(answer: Promise<Response>, status: number): Promise<T> => {
  const response = await answer
  const text = await response.text()
  expect([response.status, text]).toEqual([status, text])
  return JSON.parse(text === '' ? 'null' : text)
}

const begin = (client: WebClient, key = freshKey()): Promise<DialogueView> =>
  json(client.send('POST', '/api/console/dialogues', { key }), 201)

const save = (client: WebClient, id: string, more: object = {}) =>
  client.send('PUT', `/api/console/dialogues/${id}`, {
    ...{ base: 0, nth: 1, tab: 'tab-000000', isVersion: false, system: '', turns: TURNS },
    ...more,
  })

/** Written, and waiting for a review. */
async function submitted(client: WebClient): Promise<{ readonly id: string; readonly revision: number }> {
  const { id } = await begin(client)
  await json(save(client, id), 200)
  const path = `/api/console/dialogues/${id}/submit`
  const { revision } = await json<{ revision: number }>(client.send('POST', path, { revision: 1 }), 200)
  return { id, revision }
}

/** Everything of a stream, event by event; `seen` is called with each. */
async function heard(response: Response, seen: (event: SuggestionView) => void = () => {}) {
  const events: SuggestionView[] = []
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk)
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      if (!frame.startsWith('data: ')) continue
      const event: SuggestionView = JSON.parse(frame.slice('data: '.length))
      events.push(event)
      seen(event)
    }
  }
  return events
}

describe('dialogues over HTTP', () => {
  test('begun, saved, read, submitted, reviewed by another, and seen as such', async () => {
    await using space = await workspace()
    const ana = await trainer(space)
    const ben = await trainer(space, 'Ben')
    const { id, revision } = await submitted(ana.client)
    const mine = { own: [{ id, status: 'submitted', title: 'Why is the sky blue?', turns: 2 }], waiting: [] }
    expect(await json(ana.client.send('GET', '/api/console'), 200)).toMatchObject(mine)
    expect(await json(ben.client.send('GET', '/api/console'), 200)).toMatchObject({
      own: [],
      waiting: [{ id }],
    })
    const seen = await json<DialogueView>(ben.client.send('GET', `/api/console/dialogues/${id}`), 200)
    expect(seen).toMatchObject({ mine: false, revision, turns: TURNS })
    expect(JSON.stringify(seen)).not.toContain(ana.id)
    const review = { revision, key: freshKey(), verdict: 'accept', note: '' }
    await json(ben.client.send('POST', `/api/console/dialogues/${id}/review`, review), 204)
    await json(ben.client.send('POST', `/api/console/dialogues/${id}/review`, review), 204)
    expect(await json(ana.client.send('GET', '/api/console'), 200)).toMatchObject({
      own: [{ status: 'reviewed' }],
    })
    expect(await space.host.dialogues.all()).toHaveLength(1)
  })

  test('F1: a beginning, a version and a save that come again are one', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const key = freshKey()
    const first = await begin(client, key)
    expect((await begin(client, key)).id).toBe(first.id)
    expect(await json(save(client, first.id), 200)).toEqual({ dialogue: first.id, revision: 1 })
    expect(await json(save(client, first.id), 200)).toEqual({ dialogue: first.id, revision: 1, known: true })
    const of = await submitted(client)
    const ben = await trainer(space, 'Ben')
    const path = `/api/console/dialogues/${of.id}/version`
    const wish = { revision: of.revision, key: freshKey() }
    const [one, two] = [
      await json<DialogueView>(ben.client.send('POST', path, wish), 201),
      await json<DialogueView>(ben.client.send('POST', path, wish), 201),
    ]
    expect(two.id).toBe(one.id)
    expect(one).toMatchObject({ mine: true, isVersion: true })
  })

  test('two windows: the answer says where the later text is', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const { id } = await begin(client)
    await json(save(client, id), 200)
    const aside = await json<{ dialogue: string }>(save(client, id, { tab: 'tab-000002' }), 200)
    expect(aside).toMatchObject({ revision: 1, say: CONSOLE_SAYINGS.copied })
    expect(aside.dialogue).not.toBe(id)
  })

  test('a deletion names what was seen; sent back, it can be taken up again', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const ben = await trainer(space, 'Ben')
    const of = await submitted(client)
    const path = `/api/console/dialogues/${of.id}`
    const back = { revision: of.revision, key: freshKey(), verdict: 'send_back', note: 'Shorter.' }
    await json(ben.client.send('POST', `${path}/review`, back), 204)
    expect(await json(client.send('GET', path), 200)).toMatchObject({ status: 'rejected', note: 'Shorter.' })
    const { revision } = await json<{ revision: number }>(
      client.send('POST', `${path}/reopen`, { revision: of.revision + 1 }),
      200,
    )
    expect(await json(client.send('DELETE', `${path}?revision=0`), 409)).toEqual({
      error: { message: CONSOLE_SAYINGS.changed },
    })
    await json(client.send('DELETE', `${path}?revision=${revision}`), 204)
    expect(await json(client.send('GET', path), 404)).toEqual({
      error: { message: CONSOLE_SAYINGS.gone, field: 'dialogue' },
    })
  })

  test('half an emoji and a NUL do not keep the rest from being saved', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const { id } = await begin(client)
    await json(save(client, id, { turns: [{ side: 'user', text: 'a\ud83d b\u0000c' }] }), 200)
    expect(await json(client.send('GET', `/api/console/dialogues/${id}`), 200)).toMatchObject({
      turns: [{ text: 'a\ufffd bc' }],
    })
  })

  test('the longest dialogue in any script has room', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const { id } = await begin(client)
    const turns = Array.from({ length: 10 }, (_, nth) => ({
      ...{ side: nth % 2 === 0 ? 'user' : 'assistant', text: '語'.repeat(30_000) },
    }))
    await json(save(client, id, { turns }), 200)
    const over = save(client, id, { turns: [...turns, { side: 'user', text: 'x' }], nth: 2, base: 1 })
    expect(await json(over, 409)).toMatchObject({
      error: { message: 'This dialogue has 300,001 characters; 300,000 are possible. Please shorten it.' },
    })
  })

  test('S6: nobody without a session, and nothing malformed, gets in', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const { id } = await begin(client)
    const stranger = new WebClient(space.url)
    for (const [method, path] of [
      ['GET', '/api/console'],
      ['GET', '/api/console/queue'],
      ['POST', '/api/console/dialogues'],
      ['GET', `/api/console/dialogues/${id}`],
      ['PUT', `/api/console/dialogues/${id}`],
      ['DELETE', `/api/console/dialogues/${id}?revision=0`],
      ['POST', `/api/console/dialogues/${id}/submit`],
      ['POST', `/api/console/dialogues/${id}/review`],
      ['POST', '/api/console/suggestions'],
    ] as const)
      expect((await stranger.send(method, path, method === 'GET' ? undefined : {})).status).toBe(401)
    const wrong = [
      [save(client, 'nothing'), 'dialogue'],
      [save(client, id, { base: -1 }), 'base'],
      [save(client, id, { turns: [{ side: 'system', text: '' }] }), 'turns.0.side'],
      [save(client, id, { turns: [{ side: 'user', text: 7 }] }), 'turns.0.text'],
      [save(client, id, { more: 1 }), 'more'],
      [client.send('DELETE', `/api/console/dialogues/${id}`), 'revision'],
      [client.send('POST', '/api/console/suggestions', { side: 'both', system: '', turns: [] }), 'side'],
    ] as const
    for (const [answer, field] of wrong) {
      const response = await answer
      expect([response.status, field]).toEqual([400, field])
    }
    expect(await space.host.dialogues.all()).toMatchObject([{ messages: [] }])
  })

  test('S6: a store that is down is a clear answer, and the same request may come again', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const { id } = await begin(client)
    const { save: works } = space.host.console
    const down = { save: () => Promise.reject(new Error('the store is down')) }
    Object.assign(space.host.console, down)
    expect(await json(save(client, id), 503)).toMatchObject({
      error: { message: 'Parley could not keep the dialogue. Try again.' },
    })
    Object.assign(space.host.console, { save: works })
    await json(save(client, id), 200)
  })

  test('comparisons that wait for a person are listed', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    expect(await json(client.send('GET', '/api/console/queue'), 200)).toEqual([
      { task: 'task-1', question: 'What is a monad?' },
    ])
  })
})

describe('suggestions over HTTP', () => {
  const wish = { side: 'assistant', system: '', turns: TURNS.slice(0, 1) }

  test('come word by word', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>())
    let nth = 0
    space.host.dialogues.pause = async () => gates[nth++]?.promise
    const response = await client.send('POST', '/api/console/suggestions', wish)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const open = (at: number) => gates[at]?.resolve()
    open(0)
    // Each word opens the gate of the next one: nothing would come if they came together.
    let words = 0
    const events = await heard(response, ({ type }) => {
      if (type !== 'text') return
      words += 1
      open(words)
    })
    expect(events.map((event) => (event.type === 'text' ? event.delta : event.type))).toEqual([
      ...['start', 'A ', 'suggested ', 'turn.', 'done'],
    ])
  })

  test('T5: whoever closes it cancels the model, also before its first word', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    space.host.dialogues.pause = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    const stop = new AbortController()
    const response = await fetch(`${space.url}/api/console/suggestions`, {
      ...{ method: 'POST', body: JSON.stringify(wish), signal: stop.signal },
      headers: { cookie: client.cookie, 'content-type': 'application/json' },
    })
    const reading = heard(response, () => stop.abort())
    await expect(reading).rejects.toThrow(/abort/)
    await expect.poll(() => space.host.dialogues.prompts[0]?.signal.aborted).toBe(true)
  })

  test('T4: a failure of the model or of ours is a sentence', async () => {
    await using space = await workspace()
    const { client } = await trainer(space)
    space.host.dialogues.fails = 'quota'
    const failed = await heard(await client.send('POST', '/api/console/suggestions', wish))
    expect(failed.at(-1)).toMatchObject({ type: 'failed', say: expect.stringContaining('no credit left') })
    space.host.dialogues.pause = () => Promise.reject(new Error('a bug'))
    const ours = await heard(await client.send('POST', '/api/console/suggestions', wish))
    expect(ours.at(-1)).toEqual({
      type: 'failed',
      say: 'Parley could not get a suggestion. Please try again in a moment.',
    })
  })
})
