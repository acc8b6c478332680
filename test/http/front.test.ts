import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type Front, type FrontDeps, openFront } from '#core/http/front.ts'

let front: Front | undefined
afterEach(() => front?.close())

const says =
  (text: string): FrontDeps['mounts'][number]['listener'] =>
  (_request, response) =>
    response.end(text)
const get = async (path: string) => {
  const response = await fetch(`${front?.url}${path}`)
  return [response.status, await response.text()]
}

test('each path goes to its longest mount; health is answered by the front itself', async () => {
  let ready = false
  front = await openFront('127.0.0.1', 0, {
    mounts: [
      { prefix: '/', listener: says('page') },
      { prefix: '/slack', listener: says('slack') },
    ],
    readiness: async () => ({ ready, parts: { store: ready ? 'up' : 'down: no disk' } }),
  })
  expect(await get('/slack/events?x=1')).toEqual([200, 'slack'])
  expect(await get('/slackers')).toEqual([200, 'page'])
  expect(await get('/')).toEqual([200, 'page'])
  expect(await get('/healthz')).toEqual([200, '{"alive":true}'])
  expect(await get('/readyz')).toEqual([503, '{"ready":false,"parts":{"store":"down: no disk"}}'])
  ready = true
  expect(await get('/readyz')).toEqual([200, '{"ready":true,"parts":{"store":"up"}}'])
})

test('a path that nobody serves is said to be empty', async () => {
  front = await openFront('127.0.0.1', 0, { mounts: [], readiness: async () => ({ ready: true, parts: {} }) })
  expect(await get('/x')).toEqual([404, '{"error":"There is nothing at this address."}'])
})

test('a port that is taken is said at once', async () => {
  front = await openFront('127.0.0.1', 0, { mounts: [], readiness: async () => ({ ready: true, parts: {} }) })
  const { port } = new URL(front.url)
  const deps: FrontDeps = { mounts: [], readiness: async () => ({ ready: true, parts: {} }) }
  await expect(openFront('127.0.0.1', Number(port), deps)).rejects.toThrow('PARLEY_PORT')
})

// 192.0.2.1 is reserved for documentation (RFC 5737), so it is no machine's address.
test.each(['192.0.2.1', 'parley.invalid'])(
  'a host that is not this machine is said to be that: %s',
  async (host) => {
    const deps: FrontDeps = { mounts: [], readiness: async () => ({ ready: true, parts: {} }) }
    await expect(openFront(host, 0, deps)).rejects.toThrow(
      /^PARLEY_HOST is .*expected an address of this machine/,
    )
  },
)

test('S6: every answer forbids guessing, framing and keeping, whoever gives it', async () => {
  front = await openFront('127.0.0.1', 0, {
    mounts: [{ prefix: '/slack', listener: says('slack') }],
    readiness: () => Promise.reject(new Error('no disk')),
  })
  for (const path of ['/slack/events', '/healthz', '/readyz', '/nothing']) {
    const { headers } = await fetch(`${front.url}${path}`)
    const found = ['x-content-type-options', 'x-frame-options', 'referrer-policy', 'cache-control'].map(
      (name) => headers.get(name),
    )
    expect([path, ...found]).toEqual([path, 'nosniff', 'DENY', 'no-referrer', 'no-store'])
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
  }
})

test('readiness that cannot be told is none, and ends nothing', async () => {
  const readiness = () => Promise.reject(new Error('no disk'))
  front = await openFront('127.0.0.1', 0, { mounts: [], readiness })
  expect(await get('/readyz')).toEqual([503, '{"ready":false,"parts":{"readiness":"no disk"}}'])
  expect(await get('/healthz')).toEqual([200, '{"alive":true}'])
})

/** What the server says on a connection that sends this and then nothing more, until the server ends it. */
const heardAfter = (sent: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = ''
    const socket = connect(Number(new URL(front?.url ?? '').port), '127.0.0.1', () => socket.write(sent))
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text
    })
    // A reset is an end as well; `close` follows it.
    socket.on('error', () => {}).on('close', () => resolve(heard))
  })

const HURRIED = { headersMs: 100, requestMs: 300, checkMs: 20, connections: 3 }

test.each([
  ['headers that never end', 'GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: '],
  ['not even a first line', ''],
  [
    'a body that never ends',
    'POST /slack HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\ncontent-type: text/plain\r\n\r\n{',
  ],
])('S6: whoever sends slowly is given up: %s', async (_, sent) => {
  let reached = 0
  front = await openFront('127.0.0.1', 0, {
    mounts: [
      {
        prefix: '/slack',
        listener: (request, response) => {
          reached += 1
          request.on('error', () => {}).resume()
          request.on('end', () => response.end('whole'))
        },
      },
    ],
    readiness: async () => ({ ready: true, parts: {} }),
    limits: HURRIED,
  })
  expect(await heardAfter(sent)).toMatch(/^HTTP\/1.1 408 |^$/)
  expect(reached).toBe(sent.startsWith('POST') ? 1 : 0)
  expect(await get('/healthz')).toEqual([200, '{"alive":true}'])
})

test('S6: connections beyond what is borne are closed, and the others served', async () => {
  front = await openFront('127.0.0.1', 0, {
    mounts: [{ prefix: '/', listener: says('page') }],
    readiness: async () => ({ ready: true, parts: {} }),
    limits: { ...HURRIED, headersMs: 60_000, requestMs: 60_000 },
  })
  const idle = Array.from({ length: 3 }, () => heardAfter('GET / HTTP/1.1\r\n'))
  // A fourth is closed without a word; which of them the three are, the operating system decides.
  expect(await Promise.race([...idle, heardAfter('GET / HTTP/1.1\r\n')])).toBe('')
  await front.close()
  front = undefined
  await Promise.all(idle)
})
