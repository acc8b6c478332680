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
