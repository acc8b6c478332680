/** What PostgreSQL tells whoever listens, over a network that may fail without a word. */
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Postgres } from '#core/store/postgres.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'

const PATIENCE = { timeout: 10_000 }

afterEach(() => {
  vi.useRealTimers()
})

describe.skipIf(withoutPostgres)('LISTEN', () => {
  test('T5: a connection that was cut without a word is noticed, and made anew', async () => {
    const address = new URL(await freshDatabase())
    const network = await openNetwork(Number(address.port))
    const direct = new Postgres(address.href, quietLog)
    const cut = new Postgres(Object.assign(new URL(address), { port: network.port }).href, quietLog)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    const heard: string[] = []
    const end = cut.listen('channel', (from) => heard.push(from))
    await vi.waitUntil(() => heard.length > 0, PATIENCE)
    network.swallow()
    direct.announce('channel', 'lost')
    // It asks after 15 seconds, gets no answer for 5, and comes again after 2.
    for (const ms of [15_000, 5_000, 2_000]) {
      await vi.advanceTimersByTimeAsync(ms)
      await new Promise((resolve) => setImmediate(resolve))
    }
    vi.useRealTimers()
    // An empty name: something may have been missed.
    await vi.waitFor(() => expect(heard).toEqual(['', '']), PATIENCE)
    direct.announce('channel', 'someone')
    await vi.waitFor(() => expect(heard).toEqual(['', '', 'someone']), PATIENCE)
    end()
    await Promise.all([direct.close(), cut.close()])
    await network.close()
  })
})

/** A way to a server. Connections that are open when it begins to swallow stay open, and carry nothing more. */
async function openNetwork(to: number) {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {})
    }
    near.on('data', (bytes) => !swallowed.has(near) && far.write(bytes))
    far.on('data', (bytes) => !swallowed.has(near) && near.write(bytes))
  })
  const swallowed = new Set<Socket>()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: String(address.port),
    swallow: () => {
      for (const socket of open) swallowed.add(socket)
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
