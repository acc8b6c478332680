import { expect, test } from 'vitest'
import { WebClient } from './client.ts'
import { workspace } from './workspace.ts'

const json = async (response: Response): Promise<unknown> => response.json()

test('S2, S3: what is kept, what it may be used for, and a change of that', async () => {
  await using space = await workspace()
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  expect(await json(await client.send('GET', '/api/privacy'))).toEqual({
    training: false,
    sentences: [
      'This is kept of you: messages (2).',
      'It is not used for training, because you have not allowed it.',
      'You can get a copy of it, change what it may be used for, or have it erased.',
    ],
    actions: [
      { action: 'export', label: 'Get a copy' },
      { action: 'consent_on', label: 'Allow training' },
      { action: 'erase', label: 'Erase everything' },
    ],
  })
  space.host.deskAnswers.view = { consent: { training: true, since: Date.UTC(2026, 10, 23) }, kept: [] }
  expect(await json(await client.send('PUT', '/api/privacy/consent', { training: true }))).toMatchObject({
    say: 'What you write and do here may now help to train a model. You can take this back at any time.',
    page: { training: true },
  })
  await client.send('PUT', '/api/privacy/consent', { training: false })
  const person = { platform: 'web', id: session.person?.id }
  expect(space.host.consents).toEqual([
    { person, training: true },
    { person, training: false },
  ])
})

test('S3: an export is a download that nothing keeps; one that cannot begin says so', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const response = await client.send('GET', '/api/privacy/export')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="parley-my-data.jsonl"')
  expect(response.headers.get('content-type')).toContain('application/x-ndjson')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.text()).toBe('{"what":"message","text":"hello"}\n')
  space.host.deskAnswers.fault = new Error('the store is down')
  const failed = await client.send('GET', '/api/privacy/export')
  expect([failed.status, await json(failed)]).toEqual([
    503,
    { error: { message: 'That did not work. Please try again in a moment.' } },
  ])
})

test('S3: erasing needs a yes, says what came of it, and takes the cookie away', async () => {
  await using space = await workspace()
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  expect((await client.send('POST', '/api/privacy/erase', { confirmed: false })).status).toBe(400)
  space.host.deskAnswers.fault = new Error('the store is down')
  expect((await client.send('POST', '/api/privacy/erase', { confirmed: true })).status).toBe(503)
  delete space.host.deskAnswers.fault
  expect(space.host.erased).toEqual([])
  const response = await client.send('POST', '/api/privacy/erase', { confirmed: true })
  expect(await json(response)).toEqual({ say: 'Everything that was kept of you is erased.' })
  expect(response.headers.get('set-cookie')).toMatch(/^parley_session=;.*Max-Age=0/)
  expect(space.host.erased).toEqual([{ platform: 'web', id: session.person?.id }])
})
