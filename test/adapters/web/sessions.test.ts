import { expect, test } from 'vitest'
import { Attempts } from '#adapters/web/http/attempts.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { everythingKept } from '#test/everything-kept.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { WebClient } from './client.ts'
import { workspace } from './workspace.ts'

const DAY_MS = 86_400_000

async function signedIn() {
  const clock = new VirtualClock(1_000_000)
  const space = await workspace({ clock })
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  const status = async () => (await client.send('GET', '/api/channels')).status
  return { clock, space, client, session, status }
}

test('a session that is not used for a month is over; one that is used goes on, up to half a year', async () => {
  const { clock, space, status } = await signedIn()
  await using _ = space
  for (let day = 0; day < 160; day += 20) {
    expect([day, await status()]).toEqual([day, 200])
    await clock.advance(20 * DAY_MS)
  }
  expect(await status()).toBe(200)
  await clock.advance(19 * DAY_MS)
  expect(await status()).toBe(200)
  await clock.advance(DAY_MS)
  expect(await status()).toBe(401)

  const idle = await signedIn()
  await using __ = idle.space
  await idle.clock.advance(30 * DAY_MS - 1)
  expect(await idle.status()).toBe(200)
  await idle.clock.advance(30 * DAY_MS)
  expect(await idle.status()).toBe(401)
})

test('another name does not make a session any younger', async () => {
  const { clock, space, client, status } = await signedIn()
  await using _ = space
  for (let day = 0; day < 180; day += 20) {
    expect((await client.send('POST', '/api/session', { name: `Ana ${day}` })).status).toBe(200)
    await clock.advance(20 * DAY_MS)
  }
  expect(await status()).toBe(401)
})

test('who signs out everywhere is signed out everywhere, and nobody else is', async () => {
  await using space = await workspace()
  const { client: ana, session } = await WebClient.signedIn(space.url, 'Ana')
  const { client: bob } = await WebClient.signedIn(space.url, 'Bob')
  // The same person at another browser, as a stolen cookie would be.
  const other = new WebClient(space.url, ana.cookie)
  expect((await other.send('GET', '/api/channels')).status).toBe(200)
  expect(session.person?.name).toBe('Ana')
  expect((await ana.send('DELETE', '/api/sessions')).status).toBe(204)
  for (const client of [ana, other]) expect((await client.send('GET', '/api/channels')).status).toBe(401)
  expect((await ana.send('DELETE', '/api/sessions')).status).toBe(401)
  expect((await bob.send('GET', '/api/channels')).status).toBe(200)
})

test('S6: a page that is left open hears nothing more once its session is over', async () => {
  const { clock, space, client } = await signedIn()
  await using _ = space
  const open = await fetch(`${space.url}/api/events`, { headers: { cookie: client.cookie } })
  const heard = open.text()
  await clock.advance(15_000)
  await new WebClient(space.url, client.cookie).send('DELETE', '/api/sessions')
  await clock.advance(15_000)
  // It has an end: it goes on for as long as somebody is signed in.
  expect(await heard).toMatch(/^retry: /)
})

test('S5: neither the token nor a cookie, nor a digest by which the token could be guessed, lies in the store', async () => {
  const store = openSqliteStore('memory:', quietLog)
  const token = 'correct horse battery'
  await using space = await workspace({ token, store: store.keyv('web') })
  const { client } = await WebClient.signedIn(space.url, 'Ana', token)
  const kept = everythingKept(store.database)
  expect(kept).toContain('session/')
  const digest = async (text: string) => Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text)))
  const secret = client.cookie.replace('parley_session=', '')
  for (const text of [token, secret]) expect(kept).not.toContain(text)
  expect(kept).not.toContain((await digest(token)).toString('hex'))
  expect(kept).not.toContain((await digest(token)).toString('base64url'))
})

test('guessing from one address shuts out that address; from many, everybody for the rest of a minute', async () => {
  const clock = new VirtualClock(120_000)
  const attempts = new Attempts(clock)
  for (let nth = 0; nth < 20; nth += 1) attempts.failed('10.0.0.1')
  expect([attempts.wait('10.0.0.1'), attempts.wait('10.0.0.2')]).toEqual([60_000, undefined])
  await clock.advance(59_000)
  expect(attempts.wait('10.0.0.1')).toBe(1_000)
  await clock.advance(1_000)
  expect(attempts.wait('10.0.0.1')).toBeUndefined()
  for (let nth = 0; nth < 200; nth += 1) attempts.failed(`10.0.1.${nth}`)
  expect(attempts.wait('10.0.0.2')).toBe(60_000)
})
