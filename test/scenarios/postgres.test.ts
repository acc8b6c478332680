import { describe } from 'vitest'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { scenarios } from './scenarios.ts'
import { slackWorld } from './worlds/slack.ts'

describe.skipIf(withoutPostgres)('on PostgreSQL', () =>
  scenarios('Slack over HTTP', () => slackWorld(), { place: freshDatabase, threads: 8, ordered: false }),
)
