/**
 * Slack's events, handed to the host. A listener that throws keeps Bolt from acknowledging, so that Slack delivers
 * the event again (rule T1): nothing here catches what the host throws.
 */
import type { App } from '@slack/bolt'
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import { threadKey } from '#core/thread.ts'
import { type Incoming, questionOf, readMessage, type Self } from './inbound.ts'
import { Lanes } from './lanes.ts'
import { mentionedIn } from './mrkdwn.ts'
import type { People } from './people.ts'
import { readReaction } from './reaction.ts'

export interface EventsDeps {
  readonly host: Host
  readonly self: Self
  readonly people: People
  readonly log: Logger
}

export interface Events {
  /** Take no more, and wait for those that are being taken in. */
  drain(): Promise<void>
}

/** What the manifest must subscribe to; `message` stands for `message.channels`, `.groups`, `.im` and `.mpim`. */
export const LISTENED = ['app_mention', 'message', 'reaction_added', 'reaction_removed'] as const

export function listen(app: App, deps: EventsDeps): Events {
  const inHand = new Set<Promise<void>>()
  const lanes = new Lanes()
  let draining = false

  const taking =
    (take: (event: unknown, deps: EventsDeps, lanes: Lanes) => Promise<void>) =>
    async (args: { event: unknown }) => {
      if (draining) throw new Error('Parley is stopping; Slack delivers this event again.')
      const taken = take(args.event, deps, lanes)
      inHand.add(taken)
      await taken.finally(() => inHand.delete(taken))
    }

  app.event('app_mention', taking(takeMessage))
  app.event('message', taking(takeMessage))
  app.event('reaction_added', taking(takeReaction))
  app.event('reaction_removed', taking(takeReaction))
  app.error(async (error) => {
    deps.log.error(
      { reason: error.message },
      'An event of Slack could not be taken in; it was not acknowledged.',
    )
    throw error
  })

  return {
    async drain() {
      draining = true
      await Promise.allSettled(inHand)
    },
  }
}

async function takeMessage(event: unknown, deps: EventsDeps, lanes: Lanes): Promise<void> {
  const incoming = readMessage(event, deps.self)
  if (incoming === undefined) return
  // A follow-up is only ours once the mention before it has been taken in, so a thread is read in order.
  await lanes.run(threadKey(incoming.thread), () => takeIncoming(incoming, deps))
}

async function takeIncoming(incoming: Incoming, { host, self, people }: EventsDeps): Promise<void> {
  const owned = incoming.reply && (await host.owns(incoming.thread))
  if (incoming.address === 'bystander' && !owned) return
  const ids = new Set([incoming.speaker, ...mentionedIn(incoming.mrkdwn)])
  ids.delete(self.user)
  await host.accept(questionOf(incoming, { self, people: await people.names([...ids]), owned }))
}

async function takeReaction(event: unknown, { host, self, people, log }: EventsDeps): Promise<void> {
  const reaction = readReaction(event, self)
  if (reaction === undefined) return
  if (await people.isBot(reaction.rater)) return log.debug('A bot reacted; that does not count.')
  await host.react(reaction)
}
