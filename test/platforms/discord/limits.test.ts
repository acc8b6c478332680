import { RateLimitError, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { handClock, login, simulate, textChannel } from './client.ts'

/** A call past discord.js, to see what the server itself says. */
async function call(
  discord: Awaited<ReturnType<typeof simulate>>,
  method: string,
  path: string,
  body?: unknown,
) {
  const response = await fetch(`${discord.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

test('five messages in five seconds a channel; edits and other channels have their own bucket', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const [one, two] = [discord.channel('one'), discord.channel('two')]
  const post = (id: string) => call(discord, 'POST', `/channels/${id}/messages`, { content: 'x' })
  const first = await post(one.id)
  expect(first.headers.get('x-ratelimit-limit')).toBe('5')
  expect(first.headers.get('x-ratelimit-remaining')).toBe('4')
  for (let sent = 1; sent < 5; sent += 1) expect((await post(one.id)).status).toBe(200)
  clock.advance(2000)
  const refused = await post(one.id)
  expect(refused).toMatchObject({ status: 429, body: { global: false, retry_after: 3 } })
  expect(refused.headers.get('retry-after')).toBe('3')
  expect(refused.headers.get('x-ratelimit-scope')).toBe('user')
  expect(refused.headers.get('x-ratelimit-reset-after')).toBe('3.000')
  const edit = await call(discord, 'PATCH', `/channels/${one.id}/messages/${first.body.id}`, { content: 'y' })
  expect(edit.status).toBe(200)
  expect(edit.headers.get('x-ratelimit-bucket')).not.toBe(first.headers.get('x-ratelimit-bucket'))
  const elsewhere = await post(two.id)
  expect(elsewhere.status).toBe(200)
  expect(elsewhere.headers.get('x-ratelimit-bucket')).toBe(first.headers.get('x-ratelimit-bucket'))
  clock.advance(3000)
  expect((await post(one.id)).status).toBe(200)
  expect(discord.invalidRequests).toBe(1)
  expect(discord.messages(one)).toHaveLength(6)
})

test('fifty requests a second in all', async () => {
  const discord = await simulate({ clock: handClock() })
  const ids = Array.from({ length: 6 }, (_, at) => discord.channel(`c${at}`).id)
  const statuses: number[] = []
  for (const id of ids.slice(0, 5)) {
    for (let at = 0; at < 10; at += 1) statuses.push((await call(discord, 'GET', `/channels/${id}`)).status)
  }
  expect(new Set(statuses)).toEqual(new Set([200]))
  const refused = await call(discord, 'GET', `/channels/${ids[5]}`)
  expect(refused).toMatchObject({ status: 429, body: { global: true } })
  expect(refused.headers.get('x-ratelimit-global')).toBe('true')
})

test('a third new name within ten minutes waits long, while the bucket has room', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const client = await login(discord)
  const thread = await textChannelThread(discord, client)
  const rename = (name: string) => call(discord, 'PATCH', `/channels/${thread}`, { name })
  expect((await rename('one')).status).toBe(200)
  expect((await rename('two')).status).toBe(200)
  const refused = await rename('three')
  expect(refused).toMatchObject({ status: 429, body: { retry_after: 600 } })
  expect(Number(refused.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0)
  expect((await call(discord, 'PATCH', `/channels/${thread}`, { auto_archive_duration: 60 })).status).toBe(
    200,
  )
})

test('old messages take three edits in twenty seconds: 30046', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const general = discord.channel('general')
  const { body } = await call(discord, 'POST', `/channels/${general.id}/messages`, { content: 'x' })
  clock.advance(61 * 60_000)
  const edit = () => call(discord, 'PATCH', `/channels/${general.id}/messages/${body.id}`, { content: 'y' })
  for (let at = 0; at < 3; at += 1) expect((await edit()).status).toBe(200)
  expect(await edit()).toMatchObject({ status: 429, body: { code: 30046 } })
})

test('a 429 is waited out by discord.js, and the call then goes through', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  discord.failNext('POST /channels/:id/messages', { kind: 'rateLimit', retryAfterMs: 10 })
  await textChannel(client, general.id).send('x')
  const posts = discord.calls.filter(({ method }) => method === 'POST')
  expect(posts.map(({ status }) => status)).toEqual([429, 200])
  expect(discord.messages(general)).toHaveLength(1)
})

test('who does not want to wait gets a RateLimitError with the time', async () => {
  const discord = await simulate()
  const [one, two] = [discord.channel('one'), discord.channel('two')]
  const client = await login(discord, { rest: { rejectOnRateLimit: () => true } })
  const refusalIn = (id: string) =>
    textChannel(client, id)
      .send('x')
      .catch((error: unknown) => error)
  discord.failNext('POST /channels/:id/messages', { kind: 'rateLimit', retryAfterMs: 1500 })
  const refused = await refusalIn(one.id)
  expect(refused).toBeInstanceOf(RateLimitError)
  expect(refused).toMatchObject({ global: false, scope: 'user', retryAfter: 2050 })
  discord.failNext('POST /channels/:id/messages', { kind: 'rateLimit', retryAfterMs: 1000, scope: 'shared' })
  expect(await refusalIn(two.id)).toMatchObject({ global: false, scope: 'shared', sublimitTimeout: 1050 })
  // A shared limit is not held against the bot.
  expect(discord.invalidRequests).toBe(1)
})

test('a connection that breaks after the write: enforceNonce keeps it one message', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  discord.failNext('POST /channels/:id/messages', { kind: 'reset', when: 'after' })
  const message = await textChannel(client, general.id).send('once')
  expect(discord.calls.filter(({ method }) => method === 'POST')).toHaveLength(2)
  expect(discord.messages(general).map(({ id }) => id)).toEqual([message.id])
})

test('without enforceNonce the same reset makes two', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord, { enforceNonce: false })
  discord.failNext('POST /channels/:id/messages', { kind: 'reset', when: 'after' })
  await textChannel(client, general.id).send('twice')
  expect(discord.messages(general)).toHaveLength(2)
})

test('a connection that breaks before the write, and a 5xx, are tried again', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  discord.failNext('POST /channels/:id/messages', { kind: 'reset', when: 'before' })
  discord.failNext('POST /channels/:id/messages', { kind: 'error', status: 502, code: 0 })
  await textChannel(client, general.id).send('once')
  expect(discord.calls.filter(({ method }) => method === 'POST')).toHaveLength(3)
  expect(discord.messages(general)).toHaveLength(1)
})

test('a nonce is forgotten after a few minutes', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const general = discord.channel('general')
  const post = () =>
    call(discord, 'POST', `/channels/${general.id}/messages`, {
      content: 'x',
      nonce: '1',
      enforce_nonce: true,
    })
  const first = await post()
  expect((await post()).body.id).toBe(first.body.id)
  clock.advance(10 * 60_000)
  expect((await post()).body.id).not.toBe(first.body.id)
})

test('a call can be held until the test lets it go', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  const gate = Promise.withResolvers<void>()
  discord.failNext('POST /channels/:id/messages', { kind: 'hold', until: gate.promise })
  const sending = textChannel(client, general.id).send('held')
  await discord.until(() => discord.calls.some(({ method }) => method === 'POST'))
  expect(discord.messages(general)).toEqual([])
  gate.resolve()
  await sending
  expect(discord.messages(general)).toHaveLength(1)
})

test('a call that is aborted in the queue is never sent', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  const gate = Promise.withResolvers<void>()
  discord.failNext('POST /channels/:id/messages', { kind: 'hold', until: gate.promise })
  const channel = textChannel(client, general.id)
  const first = channel.send('first')
  await discord.until(() => discord.calls.some(({ method }) => method === 'POST'))
  const aborted = new AbortController()
  const second = client.rest.post(Routes.channelMessages(general.id), {
    body: { content: 'second' },
    signal: aborted.signal,
  })
  aborted.abort()
  gate.resolve()
  await expect(second).rejects.toThrow()
  await first
  expect(discord.messages(general).map(({ content }) => content)).toEqual(['first'])
})

test('an ordered error comes as Discord sends it, once', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  discord.failNext(({ path }) => path.endsWith('/messages'), { kind: 'error', status: 403, code: 50278 })
  await expect(textChannel(client, general.id).send('x')).rejects.toMatchObject({ code: 50278, status: 403 })
  await textChannel(client, general.id).send('x')
})

test('unknown routes are 404, other versions 50041, no token 401', async () => {
  const discord = await simulate()
  expect(await call(discord, 'GET', '/nowhere')).toMatchObject({ status: 404, body: { code: 0 } })
  const old = await fetch(`${discord.apiUrl}/v6/users/@me`)
  expect([old.status, await old.json()]).toMatchObject([400, { code: 50041 }])
  const anonymous = await fetch(`${discord.apiUrl}/v10/users/@me`)
  expect([anonymous.status, await anonymous.json()]).toMatchObject([401, { code: 0 }])
  const headers = { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: '{' }
  const malformed = await fetch(
    `${discord.apiUrl}/v10/channels/${discord.channel('general').id}/messages`,
    request,
  )
  expect([malformed.status, await malformed.json()]).toMatchObject([400, { code: 50109 }])
})

async function textChannelThread(
  discord: Awaited<ReturnType<typeof simulate>>,
  client: Awaited<ReturnType<typeof login>>,
): Promise<string> {
  const channel = await client.channels.fetch(discord.channel('general').id)
  if (channel?.isTextBased() !== true || !('threads' in channel)) throw new Error('no text channel')
  return (await channel.threads.create({ name: 'zero' })).id
}
