import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

/** Discord that takes everything. */
async function discord() {
  const taken: FormData[] = []
  const server = createServer(async (request, response) => {
    taken.push(await formOf(request))
    response.setHeader('content-type', 'application/json').end('{"id":"3"}')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return { taken, url: `http://127.0.0.1:${address.port}` }
}

const formOf = async (request: IncomingMessage): Promise<FormData> =>
  new Response(await buffer(request), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData()

// Only a process of its own has loaded nothing before; sendForm in adapters/discord/api.ts says what of.
test('S3: a file reaches Discord from a process that has loaded the SDKs of a start before', async () => {
  const { taken, url } = await discord()
  const sender = fileURLToPath(new URL('./start-and-send.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', sender], {
    env: { PATH: process.env.PATH, DISCORD_API: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect({ code, said }).toEqual({ code: 0, said: '' })
  const file = taken[0]?.get('files[0]')
  if (!(file instanceof File)) throw new Error('no file came along')
  expect([file.name, await file.text()]).toEqual(['data.jsonl', '{"all":true}\n'])
})
