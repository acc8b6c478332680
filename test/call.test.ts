/** What is asked of other servers over Node's own client: of the calls themselves, and as what the SDKs take for `fetch`. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { quickFetch as slackFetch } from '#adapters/slack/fetch.ts'
import { call, textOf } from '#core/call.ts'
import { quickFetch as modelFetch } from '#core/model/openai/fetch.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}/`
}

const echo: RequestListener = async (request, response) => {
  response.writeHead(200, { 'x-asked': `${request.method} ${request.headers.authorization}` })
  response.end(await text(request))
}

const said = { method: 'POST', headers: { authorization: 'Bearer key' }, body: 'grüße' }

test('what is asked arrives whole, and so does the answer', async () => {
  const answer = await call(await serving(echo), said)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['x-asked']).toBe('POST Bearer key')
  expect(await textOf(answer)).toBe('grüße')
})

test('the SDKs read the same answer from what stands in for fetch', async () => {
  const url = await serving(echo)
  for (const quick of [slackFetch, modelFetch]) {
    const answer = await quick(url, said)
    expect(answer.ok).toBe(true)
    expect(answer.headers.get('x-asked')).toBe('POST Bearer key')
    expect(await answer.text()).toBe('grüße')
  }
})

test('a signal ends a call that nobody answers, with its own reason', async () => {
  const hanging = Promise.withResolvers<void>()
  const url = await serving(() => hanging.resolve())
  for (const quick of [slackFetch, modelFetch]) {
    const ending = new AbortController()
    const asked = quick(url, { ...said, signal: ending.signal })
    await hanging.promise
    const reason = new Error('enough')
    ending.abort(reason)
    await expect(asked).rejects.toBe(reason)
  }
})

test('no call is made for a signal that is aborted already', async () => {
  let asked = 0
  const url = await serving((_, response) => {
    asked += 1
    response.end()
  })
  const reason = new Error('over')
  await expect(call(url, { ...said, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(asked).toBe(0)
})

test('M1: an answer that breaks off is a failure, not a short answer', async () => {
  const url = await serving((_, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('half', () => response.destroy())
  })
  await expect(slackFetch(url, said)).rejects.toThrow()
  const streamed = await modelFetch(url, said)
  await expect(streamed.text()).rejects.toThrow()
})

test('a server that is not there is an error', async () => {
  const url = await serving(echo)
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
  for (const quick of [slackFetch, modelFetch]) await expect(quick(url, said)).rejects.toThrow('ECONNREFUSED')
})

test('Slack never moves; a model may be found at another address', async () => {
  const there = await serving(echo)
  const url = await serving((_, response) => response.writeHead(307, { location: there }).end())
  await expect(slackFetch(url, said)).rejects.toThrow('another address')
  expect(await (await modelFetch(url, said)).text()).toBe('grüße')
})

test('what the reader of a stream no longer wants is not sent on', async () => {
  const closed = Promise.withResolvers<void>()
  const url = await serving((_, response) => {
    response.write('the first words')
    response.on('close', () => closed.resolve())
  })
  const { body } = await modelFetch(url, said)
  const reader = body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('the first words')
  await reader?.cancel()
  await closed.promise
})
