import { afterEach, expect, test } from 'vitest'
import { boltOverHttp, outcomeOf, webClient } from './bolt-app.ts'
import { Changes } from './changes.ts'
import { startEmulatedSlack } from './emulate.ts'

const open: { close(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close()
})

const until = (done: () => boolean) => new Changes().until(done, 5_000, () => 'The emulated workspace.')

test('a real Bolt app answers a mention, hears the follow-up and the reactions', async () => {
  const slack = await startEmulatedSlack()
  open.push(slack)
  const seen: string[] = []
  let answered: { channel: string; ts: string } | undefined
  const app = await boltOverHttp(slack, (bolt) => {
    bolt.event('app_mention', async ({ event, say }) => {
      const { channel, ts } = await say({ text: `hello <@${event.user}>`, thread_ts: event.ts })
      answered = { channel: channel ?? '', ts: ts ?? '' }
    })
    bolt.message(async ({ message }) => {
      if (message.subtype === undefined && message.thread_ts !== undefined) seen.push(message.text ?? '')
    })
    bolt.event('reaction_added', async ({ event }) => {
      seen.push(`+${event.reaction} on ${event.item_user}`)
    })
    bolt.event('reaction_removed', async ({ event }) => {
      seen.push(`-${event.reaction} on ${event.item_user}`)
    })
  })
  open.push({ close: app.stop })

  const root = await slack.alice.mention('hi')
  await until(() => answered !== undefined)
  const replies = await slack.replies(root.channel, root.ts)
  expect(replies[1]).toMatchObject({
    user: slack.bot.userId,
    text: `hello <@${slack.alice.id}>`,
    thread_ts: root.ts,
  })
  await slack.alice.reply(root, 'and more')
  if (answered === undefined) throw new Error('not answered')
  await slack.alice.react(answered, 'thumbsup')
  await slack.alice.unreact(answered, 'thumbsup')
  await until(() => seen.length === 3)
  const { userId } = slack.bot
  expect(seen).toEqual(['and more', `+thumbsup on ${userId}`, `-thumbsup on ${userId}`])
})

test('it has no streams: HTTP 404, which is how an app finds out', async () => {
  const slack = await startEmulatedSlack()
  open.push(slack)
  const { channel, ts } = await slack.alice.mention('hi')
  const { chat } = webClient(slack)
  expect(await outcomeOf(chat.startStream({ channel, thread_ts: ts }))).toBe('http 404')
  expect(await outcomeOf(chat.postMessage({ channel, thread_ts: ts, text: 'plain' }))).toBe('ok')
})
