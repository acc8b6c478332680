/** The adapter against a Slack that others made: no streams, no sessions, no `markdown_text`. */
import { expect, onTestFinished, test } from 'vitest'
import { createSlack } from '#adapters/slack/slack.ts'
import { systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import { startEmulatedSlack } from '#test/platforms/slack/emulate.ts'
import { quietLog } from '#test/quiet-log.ts'
import { recordingHost } from './recording-host.ts'
import { FINISHED, never, onlyQuestion, REPLY, served } from './running.ts'

test('a mention is answered, edited and rated; what this Slack lacks is found out', async () => {
  const slack = await startEmulatedSlack()
  onTestFinished(() => slack.close())
  const { botToken, apiUrl, signingSecret, alice } = slack
  const platform = createSlack(
    { botToken, apiUrl, signingSecret },
    {
      log: quietLog,
      clock: systemClock,
      accounts: new Accounts(systemClock),
    },
  )
  const host = recordingHost()
  slack.deliverTo(await served(platform))
  await platform.start(host)
  onTestFinished(() => platform.stop())

  const root = await alice.mention('what is a monad?')
  const question = onlyQuestion(host)
  expect(question).toMatchObject({
    text: 'what is a monad?',
    thread: { root: root.ts },
    speaker: { id: alice.id },
  })

  const surface = platform.open(question.place, [], REPLY)
  const sign = new AbortController()
  await surface.working(sign.signal)
  await surface.show({ parts: ['A *monad* is'], finished: false, controls: ['stop'] }, never)
  const [ts = ''] = await surface.show(
    { parts: ['A **monad** is <!here> & done.'], finished: true, controls: FINISHED },
    never,
  )

  const replies = (await slack.replies(root.channel, root.ts)).filter(({ user }) => user === slack.bot.userId)
  expect(replies).toHaveLength(1)
  expect(replies[0]).toMatchObject({ ts, thread_ts: root.ts })
  expect(String(replies[0]?.text)).toBe('A **monad** is &lt;!here&gt; &amp; done.')
  expect(JSON.stringify(replies[0]?.blocks)).toContain('A **monad** is')
  expect(JSON.stringify(replies[0])).not.toContain('<!here>')

  await alice.reply(root, 'and a functor?')
  expect(host.questions.map(({ text }) => text)).toEqual(['what is a monad?', 'and a functor?'])

  await alice.react({ channel: root.channel, ts }, 'thumbsup')
  await alice.unreact({ channel: root.channel, ts }, 'thumbsup')
  expect(host.reactions.map(({ kind, value }) => [kind, value])).toEqual([
    ['reaction_added', 'thumbsup'],
    ['reaction_removed', 'thumbsup'],
  ])
})
