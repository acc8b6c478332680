/**
 * What a turn is held against: the least that a Bolt app does to answer a mention in a stream. It keeps nothing, so
 * that a crash loses the answer and a second delivery is answered twice.
 */
import { App } from '@slack/bolt'
import OpenAI from 'openai'

const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL, OPENAI_BASE_URL } = process.env
const openai = new OpenAI({ apiKey: 'none', baseURL: OPENAI_BASE_URL })
const app = new App({
  token: SLACK_BOT_TOKEN ?? '',
  signingSecret: SLACK_SIGNING_SECRET ?? '',
  clientOptions: { slackApiUrl: SLACK_API_URL ?? '' },
})
app.event('app_mention', async ({ event, client, context }) => {
  const { channel, text, user, thread_ts = event.ts } = event
  const done = { event_type: 'answer', event_payload: { reply: event.ts, complete: true } }
  const chunks = await openai.chat.completions.create({
    model: 'stub',
    stream: true,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: text },
    ],
  })
  const stream = client.chatStream({
    channel,
    thread_ts,
    recipient_team_id: context.teamId,
    recipient_user_id: user,
    buffer_size: 1,
  })
  for await (const { choices } of chunks) {
    const words = choices[0]?.delta.content
    if (words) await stream.append({ markdown_text: words })
  }
  await stream.stop({ metadata: done })
})
const server = await app.start({ port: 0, host: '127.0.0.1' })
process.stdout.write(`Bare Bolt is ready at http://127.0.0.1:${server.address().port}.\n`)
