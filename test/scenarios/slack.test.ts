import { scenarios } from './scenarios.ts'
import { slackWorld } from './worlds/slack.ts'

scenarios('Slack over HTTP, with native streaming', () => slackWorld(), { ordered: false })
scenarios('Slack over Socket Mode', () => slackWorld({ socket: true }))
scenarios('Slack on a server without native streaming', () => slackWorld({ streaming: false }), {
  ordered: false,
})
