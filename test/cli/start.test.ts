import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'

const PARLEY = join(import.meta.dirname, '../../src/parley.js')

/** Where nobody listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'T7: %s ends a start that waits for its database',
  { timeout: 40_000 },
  async (signal) => {
    const child = spawn(process.execPath, [PARLEY, 'start'], {
      env: {
        ...{ PATH: process.env.PATH, PARLEY_PORT: '0', PARLEY_MODEL: 'rehearsal' },
        PARLEY_STORE: `postgres://parley@127.0.0.1:${await closedPort()}/parley`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const exited = once(child, 'exit')
    for await (const line of createInterface({ input: child.stderr }))
      if (line.includes('waiting for it')) break
    child.kill(signal)
    expect(await exited).toEqual([0, null])
  },
)
