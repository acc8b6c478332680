import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from '#core/telemetry/log.ts'

function lines(level: string) {
  const written: string[] = []
  const to = new Writable({
    write: (chunk, _encoding, done) => {
      written.push(String(chunk))
      done()
    },
  })
  return { log: createLog(level, to), written: () => written.join('') }
}

test('S5: what is called a token, a key or a text is hidden, wherever a line carries it', () => {
  const { log, written } = lines('debug')
  log.debug(
    { token: 'xoxb-1', slack: { token: 'xoxb-2' }, question: { text: 'my salary is 3' }, apiKey: 'sk-4' },
    'x',
  )
  log.info({ request: { authorization: 'Bearer 5' }, thread: 'slack:T1' }, 'kept')
  expect(written()).not.toMatch(/xoxb|salary|sk-4|Bearer/)
  expect(written()).toContain('slack:T1')
})

test('what is below the level is not written', () => {
  const { log, written } = lines('warn')
  log.info('no')
  log.warn('yes')
  expect(written()).toMatch(/^\{.*"msg":"yes"\}\n$/)
})
