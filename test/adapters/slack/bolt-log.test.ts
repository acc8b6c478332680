import pino from 'pino'
import { expect, test } from 'vitest'
import { boltLog } from '#adapters/slack/bolt-log.ts'

test('what Slack says with every sign is no warning each time: others are', () => {
  const lines: string[] = []
  const log = boltLog(pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }))
  log.warn('missing_agent_session_stopped_event_subscription')
  log.warn('missing_charset')
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['missing_charset'])
})
