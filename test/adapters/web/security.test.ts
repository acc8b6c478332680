import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PAGE_FILES, STYLE_FILES } from '#adapters/web/http/assets.ts'
import type { Problem } from '#adapters/web/protocol.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { freshKey, WebClient } from './client.ts'
import { workspace } from './workspace.ts'

/** A request as no browser would send it: `fetch` sets `Host` and cleans paths by itself. */
function raw(
  url: string,
  options: { path: string; method?: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options
    const call = request({ hostname, port, ...rest }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** Bytes as they are: Node's client refuses to send some of these itself. */
function bytes(url: string, sent: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(sent))
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      // Errors are short: they come in one packet.
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text }))
  })
}

test('without a token only loopback names are served (DNS rebinding)', async () => {
  await using space = await workspace()
  const statusFor = async (host: string) =>
    (await raw(space.url, { path: '/api/session', headers: { host } })).status
  for (const host of ['localhost', 'localhost:3978', '127.0.0.1:1', '127.8.9.1', '[::1]:3978', 'LOCALHOST']) {
    expect([host, await statusFor(host)]).toEqual([host, 200])
  }
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    '10.0.0.1',
    'x@localhost',
  ]) {
    expect([host, [400, 421]]).toEqual([host, expect.arrayContaining([await statusFor(host)])])
  }
})

test('writes from other origins are refused (CSRF), whatever the method; plain programs may write', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const write = (headers: Record<string, string>) =>
    client.send('POST', '/api/channels/general/threads', { text: 'hi', key: freshKey() }, headers)
  for (const origin of ['https://evil.example', 'null', 'http://localhost:1', `${space.url}.evil.example`]) {
    expect([origin, (await write({ origin })).status]).toEqual([origin, 403])
  }
  const { host } = new URL(space.url)
  const form = await raw(space.url, {
    path: '/api/channels/general/threads',
    method: 'POST',
    headers: { host, cookie: client.cookie, 'content-type': 'text/plain', origin: space.url },
    body: '{}',
  })
  expect(form.status).toBe(415)
  const sibling = await raw(space.url, {
    path: '/api/session',
    method: 'DELETE',
    headers: { host, cookie: client.cookie, 'sec-fetch-site': 'same-site' },
  })
  expect(sibling.status).toBe(403)
  expect((await write({ origin: space.url, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect(
    (await client.send('PURGE', '/api/session', undefined, { origin: 'https://evil.example' })).status,
  ).toBe(403)
  expect(space.host.deliveries).toEqual([])
  expect((await write({ origin: space.url })).status).toBe(201)
  expect((await write({})).status).toBe(201)
})

test('nobody reads or writes without a session, and the cookie is out of reach of scripts', async () => {
  await using space = await workspace()
  const stranger = new WebClient(space.url)
  for (const path of ['/api/channels', '/api/channels/general/threads', '/api/threads/x', '/api/events']) {
    expect([path, (await stranger.send('GET', path)).status]).toEqual([path, 401])
  }
  const refused = await stranger.send('POST', '/api/channels/general/threads', {
    text: 'hi',
    key: freshKey(),
  })
  expect(refused.status).toBe(401)
  const signedIn = await stranger.send('POST', '/api/session', { name: 'Ana' })
  expect(signedIn.headers.get('set-cookie')).toMatch(
    /^parley_session=[\w-]{32}; .*HttpOnly; SameSite=Strict$/,
  )
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  expect(client.cookie).not.toContain(session.person?.id)
  await client.send('DELETE', '/api/session')
  expect((await client.send('GET', '/api/channels')).status).toBe(401)
})

test('with a token: it opens the door, another one does not, and guessing is slowed down', async () => {
  const clock = new VirtualClock(1_000_000)
  await using space = await workspace({ token: 'correct horse', clock })
  const visitor = new WebClient(space.url)
  const signIn = async (token?: string) => {
    const response = await visitor.send('POST', '/api/session', {
      name: 'Ana',
      ...(token === undefined ? {} : { token }),
    })
    return [
      response.status,
      response.status === 201 ? 'in' : ((await response.json()) as Problem).error.field,
    ]
  }
  expect(await (await visitor.send('GET', '/api/session')).json()).toMatchObject({
    needs: 'name_and_token',
    person: null,
  })
  expect(await signIn('correct horse')).toEqual([201, 'in'])
  expect(await signIn()).toEqual([401, 'token'])
  for (let n = 1; n < 20; n += 1) expect(await signIn(`guess ${n}`)).toEqual([401, 'token'])
  expect(await signIn('correct horse')).toEqual([429, 'token'])
  await clock.advance(60_000)
  expect(await signIn('correct horse')).toEqual([201, 'in'])
  // A name of its own is what a token is for.
  const { client } = await WebClient.signedIn(space.url, 'Ana', 'correct horse')
  const host = 'parley.example.org'
  const there = await raw(space.url, { path: '/api/channels', headers: { host, cookie: client.cookie } })
  expect(there.status).toBe(200)
})

test('another token ends every session of the old one', async () => {
  await using before = await workspace({ token: 'old' })
  const { client } = await WebClient.signedIn(before.url, 'Ana', 'old')
  await using after = await workspace({ token: 'new', store: before.store })
  expect((await new WebClient(after.url, client.cookie).send('GET', '/api/channels')).status).toBe(401)
  expect((await client.send('GET', '/api/channels')).status).toBe(200)
})

test('every answer forbids guessing, framing and foreign code', async () => {
  await using space = await workspace()
  for (const path of [
    '/',
    '/api/session',
    '/page/main.ts',
    '/page/base.css',
    '/nothing',
    '/api/channels',
    '/%',
  ]) {
    const { headers } = await fetch(`${space.url}${path}`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
  const policy = (await fetch(space.url)).headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'self'")
  expect(policy).toContain("img-src 'self' data:")
  expect(policy).not.toContain('unsafe')
})

test('only the files of the page are served, and all of them', async () => {
  await using space = await workspace()
  const paths = [
    '/../package.json',
    '/page/../web.ts',
    '/page/..%2fweb.ts',
    '/page/%2e%2e/web.ts',
    '/page/....//web.ts',
    '/page/..\\web.ts',
    '/page/tsconfig.json',
    '/packages/zod.js',
    '/packages/preact/../../../package.json',
    '/protocol.ts',
    '//etc/passwd',
    '/page/main.ts%00',
    '/page/main.ts\0',
    '/page/%252e%252e/web.ts',
    '/page/..%5cweb.ts',
    '/page/%2e%2e%5cweb.ts',
    '/page/%c0%ae%c0%ae/web.ts',
    '/page/\u2025/web.ts',
    '/page/%',
    '/page/%zz',
    'http://127.0.0.1/../package.json',
    '*',
  ]
  for (const path of paths) {
    const { status, text } = await bytes(space.url, `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    expect([400, 404], path).toContain(status)
    expect(text).not.toMatch(/createWeb|root:|devDependencies/)
  }
  const folder = readdirSync(new URL('../../../adapters/web/page', import.meta.url))
  const served = [...PAGE_FILES.map((name) => `${name}.ts`), ...STYLE_FILES.map((name) => `${name}.css`)]
  expect(served.toSorted()).toEqual(folder.filter((name) => /\.(ts|css)$/.test(name)).toSorted())
  for (const name of served) {
    const response = await fetch(`${space.url}/page/${name}`)
    expect([name, response.status]).toEqual([name, 200])
    const etag = response.headers.get('etag') ?? ''
    const again = await fetch(`${space.url}/page/${name}`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  }
})

test('S6: a body that is too big is refused by its length, and by its bytes when it names none', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const path = '/api/channels/general/threads'
  const big = JSON.stringify({ text: 'x'.repeat(200_000), key: freshKey() })
  expect((await client.send('POST', path, big)).status).toBe(413)
  const { host } = new URL(space.url)
  const headers = {
    host,
    cookie: client.cookie,
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
  }
  expect((await raw(space.url, { path, method: 'POST', headers, body: big })).status).toBe(413)
  expect(space.host.deliveries).toEqual([])
})

test('S6: a body that does not arrive is given up', async () => {
  const clock = new VirtualClock(1_000_000)
  await using space = await workspace({ clock })
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { hostname, port, host } = new URL(space.url)
  const status = new Promise<number | undefined>((resolve, reject) => {
    const headers = { host, cookie: client.cookie, 'content-type': 'application/json' }
    const call = request({ hostname, port, path: '/api/channels', method: 'POST', headers }, (response) => {
      resolve(response.statusCode)
      call.destroy()
    })
    call.on('error', reject)
    call.write('{"name":')
  })
  let answered = false
  void status.then(() => {
    answered = true
  })
  while (!answered) await clock.advance(10_000)
  expect(await status).toBe(408)
})

test.for([
  ['name', { name: '' }],
  ['name', { name: 7 }],
  ['name', { name: 'a'.repeat(41) }],
  ['name', { name: 'a\u202eb' }],
  ['name', {}],
  ['body', []],
  ['body', 'null'],
  ['body', '{"name":'],
  ['more', { name: 'Ana', more: true }],
] as const)('S6: signing in says that %s is wrong', async ([field, body]) => {
  await using space = await workspace()
  const response = await new WebClient(space.url).send('POST', '/api/session', body)
  expect(response.status).toBe(400)
  const { error } = (await response.json()) as Problem
  expect(error.field).toBe(field)
  expect(error.message).toContain(field)
})

test('S6: any junk gets an answer from 400 to 499 and leaves no trace', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { message } = await client.begin('hello')
  const before = await client.thread(message.thread)
  const paths = fc.constantFrom(
    '/api/session',
    '/api/channels',
    '/api/channels/general/threads',
    `/api/threads/${message.thread}/messages`,
  )
  // Nothing here has the shape of a question, a name or a channel.
  const junk = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({ text: fc.anything(), key: fc.string({ maxLength: 7 }) })
      .map((value) => JSON.stringify(value)),
    fc.record({ name: fc.constantFrom('', '\0', 4, null, [], {}) }).map((value) => JSON.stringify(value)),
    fc
      .record({ text: fc.constantFrom('', ' ', '\0', '\ud800'), key: fc.constant('12345678') })
      .map((value) => JSON.stringify(value)),
  )
  await fc.assert(
    fc.asyncProperty(paths, junk, async (path, body) => {
      const { status } = await client.send('POST', path, body, { 'content-type': 'application/json' })
      return status >= 400 && status < 500
    }),
    { numRuns: 150 },
  )
  const emoji = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 60 })
    .filter((text) => !/\p{RGI_Emoji}/v.test(text))
  await fc.assert(
    fc.asyncProperty(emoji, fc.constantFrom('PUT', 'DELETE'), async (text, method) => {
      const escaped = encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E')
      const { status } = await client.send(method, `/api/messages/${message.id}/reactions/${escaped}`)
      return status >= 400 && status < 500
    }),
    { numRuns: 100 },
  )
  expect(await client.thread(message.thread)).toEqual(before)
  expect((await client.threads()).threads).toHaveLength(1)
  expect(space.host.deliveries).toHaveLength(1)
  expect(space.host.reactions).toEqual([])
})

test('S6: what is not there is a plain 404 that names it', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const gone = '0'.repeat(20)
  const question = { text: 'hi', key: freshKey() }
  const cases = [
    ['GET', '/api/channels/nowhere/threads', undefined, 'channel'],
    ['POST', '/api/channels/nowhere/threads', question, 'channel'],
    ['GET', `/api/threads/${gone}`, undefined, 'thread'],
    ['GET', '/api/threads/..%2Fsession', undefined, 'thread'],
    ['POST', `/api/threads/${gone}/messages`, question, 'thread'],
    ['PUT', `/api/messages/${gone}.0/reactions/${encodeURIComponent('👍')}`, undefined, 'message'],
    ['DELETE', `/api/messages/__proto__/reactions/${encodeURIComponent('👍')}`, undefined, 'message'],
  ] as const
  for (const [method, path, body, field] of cases) {
    const response = await client.send(method, path, body)
    expect([path, response.status]).toEqual([path, 404])
    expect(((await response.json()) as Problem).error.field).toBe(field)
  }
})
