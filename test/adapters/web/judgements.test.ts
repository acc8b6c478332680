import { expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { freshKey, WebClient } from './client.ts'
import { answered } from './judging.ts'
import { replyTo } from './recording-host.ts'
import { workspace } from './workspace.ts'

const problem = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { message: string } }).error.message

test('F1: a reason that is sent again is one reason of one time; a changed one is a newer one', async () => {
  const clock = new VirtualClock(1_000)
  await using space = await workspace({ clock })
  const { client, person, reply, message } = await answered(space)
  const send = (tags: readonly string[], key: string) =>
    client.send('PUT', `/api/messages/${message}/reason`, { reply, tags, text: 'It is a fish.', key })
  const key = freshKey()
  expect((await send(['wrong'], key)).status).toBe(204)
  await clock.advance(60_000)
  await space.restart()
  expect((await send(['wrong'], key)).status).toBe(204)
  expect((await send(['wrong', 'too_long'], freshKey())).status).toBe(204)
  expect(space.host.reasons).toMatchObject([
    { reply, by: { platform: 'web', id: person }, at: 1_000, tags: ['wrong'], text: 'It is a fish.' },
    { reply, by: { platform: 'web', id: person }, at: 61_000, tags: ['wrong', 'too_long'] },
  ])
})

test('S6: a form that is refused leaves nothing, not even when it was sent', async () => {
  const clock = new VirtualClock(1_000)
  await using space = await workspace({ clock })
  const { client, reply, message } = await answered(space)
  const kept = async () => {
    const keys: string[] = []
    for await (const [key] of space.store.iterator?.() ?? []) keys.push(String(key))
    return keys.filter((key) => key.startsWith('first/'))
  }
  const reason = { reply, tags: ['wrong'], text: '', key: freshKey() }
  const send = async () => (await client.send('PUT', `/api/messages/${message}/reason`, reason)).status
  space.host.deskAnswers.outcome = { ok: false, say: 'This message was deleted.' }
  expect([await send(), await kept()]).toEqual([409, []])
  space.host.deskAnswers.outcome = { ok: true }
  expect([await send(), (await kept()).length]).toEqual([204, 1])
})

test('F1: what could not be kept is told, and is one record of its first time when it comes again', async () => {
  const clock = new VirtualClock(1_000)
  await using space = await workspace({ clock })
  const { client, reply, message } = await answered(space)
  const forms = [
    ['PUT', `/api/messages/${message}/reason`, { reply, tags: ['other'], text: '', key: freshKey() }],
    [
      'POST',
      `/api/messages/${message}/correction`,
      { reply, version: 'v1', text: 'Better.', key: freshKey() },
    ],
    ['POST', `/api/messages/${message}/comparison`, { reply, key: freshKey() }],
    ['PUT', '/api/comparisons/task-1/ranking', { order: [['A', 'B']], allBad: false, key: freshKey() }],
  ] as const
  space.host.deskAnswers.fault = new Error('the store is down')
  for (const [method, path, body] of forms) {
    const response = await client.send(method, path, body)
    expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 503, '2'])
    expect(await problem(response)).toMatch(/^Parley could not keep .+\. Try again\.$/)
  }
  delete space.host.deskAnswers.fault
  await clock.advance(60_000)
  for (const times of [1, 2])
    for (const [method, path, body] of forms)
      expect([times, path, (await client.send(method, path, body)).ok]).toEqual([times, path, true])
  const { reasons, corrections, comparisonRequests, rankings } = space.host
  for (const kept of [reasons, corrections, comparisonRequests, rankings])
    expect(kept.map(({ at }) => at)).toEqual([1_000])
})

test('what the core does not take, it says in its own words, and nothing is kept', async () => {
  await using space = await workspace()
  const { client, reply, message } = await answered(space)
  const say = 'This message was deleted meanwhile, so nothing was recorded.'
  space.host.deskAnswers.outcome = { ok: false, say }
  space.host.deskAnswers.draft = { say }
  space.host.deskAnswers.task = { say }
  space.host.deskAnswers.ballot = { say }
  const key = freshKey()
  const path = `/api/messages/${message}`
  for (const [method, where, body] of [
    ['PUT', `${path}/reason`, { reply, tags: ['wrong'], text: '', key }],
    ['GET', `${path}/correction?reply=${reply}`, undefined],
    ['POST', `${path}/correction`, { reply, version: 'v1', text: 'Better.', key }],
    ['POST', `${path}/comparison`, { reply, key }],
    ['GET', '/api/comparisons/task-1', undefined],
    ['PUT', '/api/comparisons/task-1/ranking', { order: [], allBad: true, key }],
  ] as const) {
    const response = await client.send(method, where, body)
    expect([where, response.status, await problem(response)]).toEqual([where, 409, say])
  }
})

test('F4: a better reply comes with the version that the form was filled with, in any script and length', async () => {
  await using space = await workspace()
  const { client, person, reply, message } = await answered(space)
  const draft = await client.send('GET', `/api/messages/${message}/correction?reply=${reply}`)
  expect(await draft.json()).toEqual({ reply: 'reply-1', version: 'v1', text: 'An answer.' })
  const text = '\u0001答'.repeat(100_000)
  const sent = await client.send('POST', `/api/messages/${message}/correction`, {
    ...{ reply, version: 'v1', text, key: freshKey() },
  })
  // How long it may be, the core says: a body of that size must reach it.
  expect(sent.status).toBe(204)
  expect(space.host.corrections).toMatchObject([{ reply, version: 'v1', by: { id: person } }])
  expect(space.host.corrections[0]?.text === text).toBe(true)
})

test('an earlier answer can be corrected too; a reply of another message or platform cannot', async () => {
  await using space = await workspace()
  const { client, reply, message, question } = await answered(space)
  const correct = (name: string, where = message) =>
    client.send('POST', `/api/messages/${where}/correction`, {
      ...{ reply: name, version: 'v1', text: 'Better.', key: freshKey() },
    })
  const next = replyTo(space.web, question, [message])
  await next.grow('Half an')
  expect((await correct(next.name)).status).toBe(404)
  await next.finish('Another answer.')
  expect((await correct(next.name)).status).toBe(204)
  expect((await correct(reply)).status).toBe(204)
  expect((await correct('a-reply-on-slack')).status).toBe(404)
  expect((await correct(reply, `${'0'.repeat(20)}.1`)).status).toBe(404)
  expect(space.host.corrections.map((each) => each.reply)).toEqual([next.name, reply])
})

test('F6: a ballot is waited for as long as it is drawn, one request after another', async () => {
  const clock = new VirtualClock(1_000)
  await using space = await workspace({ clock })
  const { client, reply, message, person } = await answered(space)
  const begun = await client.send('POST', `/api/messages/${message}/comparison`, { reply, key: freshKey() })
  expect([begun.status, await begun.json()]).toEqual([201, { task: 'task-1' }])
  expect(space.host.comparisonRequests).toMatchObject([{ reply, by: { id: person } }])
  const ready = Promise.withResolvers<void>()
  space.host.deskAnswers.ballotReady = ready.promise
  const first = client.send('GET', '/api/comparisons/task-1')
  let answer: Response | undefined
  void first.then((response) => {
    answer = response
  })
  while (answer === undefined) {
    await clock.advance(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect([answer.status, await answer.json()]).toEqual([202, { drawing: true }])
  const second = client.send('GET', '/api/comparisons/task-1')
  ready.resolve()
  const ballot = (await (await second).json()) as { answers: { slot: string }[] }
  expect(ballot.answers.map(({ slot }) => slot)).toEqual(['A', 'B', 'C', 'D'])
})

test('F6: a ranking has ties, all bad, a reason and the time it took; two raters at once are two', async () => {
  await using space = await workspace()
  const { client, person } = await answered(space)
  const { client: tom, session } = await WebClient.signedIn(space.url, 'Tom')
  const path = '/api/comparisons/task-1/ranking'
  const order = [['B'], ['A', 'C'], ['D']]
  const sent = await Promise.all([
    client.send('PUT', path, { order, allBad: false, reason: 'Short.', spentMs: 1_234.5, key: freshKey() }),
    tom.send('PUT', path, { order: [], allBad: true, key: freshKey() }),
  ])
  expect(sent.map(({ status }) => status)).toEqual([204, 204])
  expect(space.host.rankings.toSorted((a, b) => Number(a.allBad) - Number(b.allBad))).toMatchObject([
    { task: 'task-1', by: { id: person }, order, allBad: false, reason: 'Short.', spentMs: 1_235 },
    { task: 'task-1', by: { id: session.person?.id }, order: [], allBad: true },
  ])
  expect(space.host.rankings[1]).not.toHaveProperty('reason')
})

test('S6: junk gets a plain 400 that names the field', async () => {
  await using space = await workspace()
  const { client, reply, message } = await answered(space)
  const key = freshKey()
  const path = `/api/messages/${message}`
  for (const [method, where, body, field] of [
    ['PUT', `${path}/reason`, { reply, tags: ['rude'], text: '', key }, 'tags.0'],
    ['PUT', `${path}/reason`, { reply, tags: Array(7).fill('wrong'), text: '', key }, 'tags'],
    ['PUT', `${path}/reason`, { reply, tags: [], text: '\0', key }, 'text'],
    ['PUT', `${path}/reason`, { reply, tags: [], text: '' }, 'key'],
    ['POST', `${path}/correction`, { reply, version: '../', text: 'x', key }, 'version'],
    ['POST', `${path}/comparison`, { reply, key, answers: 2.5 }, 'answers'],
    ['PUT', '/api/comparisons/task-1/ranking', { order: [['AA']], allBad: false, key }, 'order.0.0'],
    ['PUT', '/api/comparisons/task-1/ranking', { order: [], allBad: 'no', key }, 'allBad'],
    ['PUT', '/api/comparisons/task-1/ranking', { order: [], allBad: true, key, spentMs: -1 }, 'spentMs'],
    ['PUT', '/api/privacy/consent', { training: 1 }, 'training'],
    ['POST', '/api/privacy/erase', {}, 'confirmed'],
  ] as const) {
    const response = await client.send(method, where, body)
    const { error } = (await response.json()) as { error: { field?: string } }
    expect([where, body, response.status, error.field]).toEqual([where, body, 400, field])
  }
  const { reasons, corrections, comparisonRequests, rankings, consents, erased } = space.host
  expect([reasons, corrections, comparisonRequests, rankings, consents, erased].flat()).toEqual([])
})

test('nobody judges without a session, before the start or after the stop', async () => {
  await using space = await workspace()
  const { client, reply, message } = await answered(space)
  const reason = { reply, tags: ['wrong'], text: '', key: freshKey() }
  const send = (from: WebClient) => from.send('PUT', `/api/messages/${message}/reason`, reason)
  expect((await send(new WebClient(space.url))).status).toBe(401)
  expect((await new WebClient(space.url).send('GET', '/api/privacy')).status).toBe(401)
  await space.web.stop()
  expect((await send(client)).status).toBe(503)
  expect((await client.send('GET', '/api/comparisons/task-1')).status).toBe(503)
  expect(space.host.reasons).toEqual([])
})
