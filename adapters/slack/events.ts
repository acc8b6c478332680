/**
 * Slack's events, handed to the host. What throws is not acknowledged, so that Slack delivers the event again (rule
 * T1). What people press is the other way round (`interactions.ts`), and goes through Bolt. Events do not: of every
 * answer Slack tells us five times, and looking for a listener costs Bolt more than the whole of most of these takes.
 */
import type { App } from '@slack/bolt'
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { messageKey, naming, threadKey } from '#core/thread.ts'
import type { SlackApi } from './api.ts'
import { type HeardEdit, readDeletion, readEdit } from './change.ts'
import type { Deletions } from './deletions.ts'
import type { FormsApi } from './forms/api.ts'
import { type Incoming, namedIn, questionOf, readMessage, type Self, textOf } from './inbound.ts'
import { Lanes } from './lanes.ts'
import { NOTHING_SINCE, since } from './later.ts'
import { mentionedIn } from './mrkdwn.ts'
import type { Offers } from './offers.ts'
import type { People } from './people.ts'
import { readReaction } from './reaction.ts'
import { Recent } from './recent.ts'

export interface EventsDeps {
  readonly host: Host
  readonly api: Pick<SlackApi, 'whisper' | 'setSession' | 'replies'>
  readonly self: Self
  readonly people: People
  readonly deletions: Deletions
  readonly formsApi: FormsApi
  readonly offers: Offers
  readonly clock: Clock
  readonly log: Logger
}

export interface Events {
  /**
   * The event of an `event_callback`. Resolves when it is on disk or of no concern.
   *
   * @param again Slack has tried to deliver it before.
   * @throws what keeps it from that
   */
  take(event: unknown, again?: boolean): Promise<void>
  /** Take no more, and wait for those that are being taken in. */
  drain(): Promise<void>
}

/** What the manifest must subscribe to; `message` stands for `message.channels`, `.groups`, `.im` and `.mpim`. */
export const LISTENED = [
  'agent_session_stopped',
  'app_mention',
  'message',
  'reaction_added',
  'reaction_removed',
] as const

export function listen(app: App, deps: EventsDeps): Events {
  const inHand = new Set<Promise<unknown>>()
  const lanes = new Lanes()
  /** Presses and stops: done twice, they would say that they failed, or stop what came after. */
  const done = new Recent()
  const stopping = new AbortController()

  const track = <T>(work: Promise<T>): Promise<T> => {
    inHand.add(work)
    return work.finally(() => inHand.delete(work))
  }
  const stillOpen = () => {
    if (stopping.signal.aborted) throw new Error('Parley is stopping; Slack delivers this event again.')
  }
  const take = (event: unknown, again: boolean): Promise<void> => {
    switch (kindOf(event)) {
      case 'app_mention':
        return takeMessage(event, deps, lanes, again)
      case 'message':
        return takeMessageEvent(event, deps, lanes, again)
      case 'reaction_added':
      case 'reaction_removed':
        return takeReaction(event, deps)
      case 'agent_session_stopped':
        return takeStop(event, deps, done, track)
      case undefined:
        return Promise.resolve()
    }
  }
  /** Loaded by the first press: a start need not wait for forms. Bolt looks for listeners behind this. */
  let people: Promise<void> | undefined
  const loadPeople = async (): Promise<void> => {
    const { listenToPeople } = await import('./interactions.ts')
    listenToPeople(app, { ...deps, done, stillOpen, track, signal: stopping.signal })
  }
  app.use(async ({ next }) => {
    people ??= loadPeople().catch((thrown: unknown) => {
      // The next press tries again.
      people = undefined
      throw thrown
    })
    await people
    await next()
  })
  app.error(async (error) => {
    deps.log.error({ reason: error.message }, 'Slack told of something pressed that could not be taken in.')
    throw error
  })

  return {
    async take(event, again = false) {
      stillOpen()
      try {
        await track(take(event, again))
      } catch (thrown) {
        const message = 'An event of Slack could not be taken in; it was not acknowledged.'
        deps.log.error({ reason: reasonOf(thrown) }, message)
        throw thrown
      }
    },
    async drain() {
      stopping.abort()
      await Promise.allSettled(inHand)
    },
  }
}

const kindOf = (event: unknown): (typeof LISTENED)[number] | undefined => {
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined
  return LISTENED.find((listened) => listened === type)
}

/** Slack tells of edits and deletions as messages of a kind of their own. */
async function takeMessageEvent(
  event: unknown,
  deps: EventsDeps,
  lanes: Lanes,
  again: boolean,
): Promise<void> {
  const edit = readEdit(event, deps.self)
  // Behind the question itself, which may still be on its way in.
  if (edit !== undefined) return lanes.run(threadKey(edit.incoming.thread), () => takeEdit(edit, deps))
  const deletion = readDeletion(event, deps.self)
  if (deletion === undefined) return takeMessage(event, deps, lanes, again)
  const message = messageKey(deletion.deletion.message)
  if (deps.deletions.own.has(message)) return
  deps.deletions.others.add(message)
  await lanes.run(threadKey(deletion.thread), () => deps.host.deleted(deletion.deletion))
}

async function takeMessage(event: unknown, deps: EventsDeps, lanes: Lanes, again: boolean): Promise<void> {
  const incoming = readMessage(event, deps.self)
  if (incoming === undefined) return
  // A follow-up is only ours once the mention before it has been taken in, so a thread is read in order.
  await lanes.run(threadKey(incoming.thread), () => takeIncoming(incoming, deps, again))
}

async function takeIncoming(incoming: Incoming, deps: EventsDeps, again: boolean): Promise<void> {
  const { host, self } = deps
  const owned = incoming.reply && (await host.owns(incoming.thread))
  if (incoming.address === 'bystander' && !owned) return
  const people = await namesIn(incoming, deps)
  const accepted = await host.accept(questionOf(incoming, { self, people, owned }))
  // What was known all the time, its edits and what was said below it found known as well.
  if (!again || (accepted === 'duplicate' && incoming.address !== 'mention')) return
  const { edit, deletion, later } = await since(incoming, deps).catch((thrown: unknown) => {
    if (incoming.address === 'mention') throw thrown
    // It is kept, and another delivery of it would not ask again.
    deps.log.warn({ reason: reasonOf(thrown) }, 'A message that came late is answered as it was told.')
    return NOTHING_SINCE
  })
  if (edit !== undefined) await takeEdit(edit, deps)
  if (deletion !== undefined) await host.deleted(deletion.deletion)
  if (incoming.address !== 'mention') return
  for (const one of later)
    await host.accept(questionOf(one, { self, people: await namesIn(one, deps), owned: true }))
}

async function takeEdit({ incoming, version, at }: HeardEdit, deps: EventsDeps): Promise<void> {
  const { host, self } = deps
  // Everybody's edits come here: those of threads that are not ours cost no look at who is named in them.
  if (!(await host.owns(incoming.thread))) return
  const known = { self, people: await namesIn(incoming, deps) }
  const said = { text: textOf(incoming, known), ...naming(namedIn(incoming.mrkdwn, known)) }
  await host.edited({ question: incoming.id, version, ...said, at })
}

function namesIn({ speaker, mrkdwn }: Incoming, { self, people }: EventsDeps) {
  const ids = new Set([speaker, ...mentionedIn(mrkdwn)])
  ids.delete(self.user)
  return people.names([...ids])
}

async function takeReaction(event: unknown, { host, self, people, log }: EventsDeps): Promise<void> {
  const reaction = readReaction(event, self)
  if (reaction === undefined) return
  if (await people.isBot(reaction.rater)) return log.debug('A bot reacted; that does not count.')
  await host.react(reaction)
}

/** @param later takes what Slack need not wait for. */
async function takeStop(
  event: unknown,
  deps: EventsDeps,
  done: Recent,
  later: (work: Promise<void>) => unknown,
): Promise<void> {
  const { answerIdleStop, readStop } = await import('./stopped.ts')
  const stop = readStop(event, deps.self)
  if (stop === undefined || !done.add(stop.id)) return
  if (!(await deps.host.stop({ thread: stop.thread }))) later(answerIdleStop(stop, deps))
}
