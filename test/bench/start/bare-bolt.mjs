/** The smallest Slack app that can answer, in plain JavaScript: what a cold start is held against. */
import { App } from '@slack/bolt'

const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL } = process.env
const app = new App({
  token: SLACK_BOT_TOKEN ?? '',
  signingSecret: SLACK_SIGNING_SECRET ?? '',
  clientOptions: { slackApiUrl: SLACK_API_URL ?? '' },
})
app.event('app_mention', async ({ event, say }) => {
  await say({ text: 'hello', thread_ts: event.thread_ts ?? event.ts })
})
await app.start({ port: 0, host: '127.0.0.1' })
process.stdout.write('ready\n')
