/** Discord as people know it: a mention in a channel opens a thread, and the conversation is in the thread. */
import { WRITING_SIGN } from '#adapters/discord/contents.ts'
import { readCustomId } from '#adapters/discord/controls.ts'
import { createDiscord } from '#adapters/discord/discord.ts'
import { type Clock, systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import {
  type DiscordPerson,
  type DiscordSimulator,
  type DiscordSimulatorOptions,
  type Place,
  type SeenMessage,
  type Sent,
  startDiscordSimulator,
} from '#test/platforms/discord/simulator.ts'
import { quietLog } from '#test/quiet-log.ts'
import type { Conversation, Person, Said, Shown, World } from '#test/scenarios/world.ts'

/** Real time, generous for a busy machine; scenarios end as soon as they hold. Milliseconds. */
const WITHIN_MS = 20_000
/** Discord opens only so many threads in one channel at a time; people on a server talk in several. */
const CHANNELS = 10

/** Discord's own note at the head of a thread, in the name of whoever opened it. */
const THREAD_STARTER = 21

export interface DiscordWorld extends World {
  /** For what only Discord has: threads that are archived, faults of its own. */
  readonly simulator: DiscordSimulator
}

/** @param clock the adapter's; the real one by default. */
export async function discordWorld(
  options?: DiscordSimulatorOptions,
  clock: Clock = systemClock,
): Promise<DiscordWorld> {
  const simulator = await startDiscordSimulator(options)
  let asked = 0
  const nextChannel = () => {
    asked += 1
    return simulator.channel(`room-${asked % CHANNELS}`)
  }
  return {
    name: 'discord',
    simulator,
    platform: async () =>
      createDiscord(
        { token: simulator.token, apiUrl: simulator.apiUrl },
        { log: quietLog, clock, accounts: new Accounts(clock) },
      ),
    // Discord delivers over the gateway only.
    listening: () => {},
    person: (name) => personIn(simulator, simulator.person(name), nextChannel),
    close: () => simulator.close(),
  }
}

function personIn(simulator: DiscordSimulator, person: DiscordPerson, nextChannel: () => Place): Person {
  return {
    id: person.id,
    name: person.name,
    ask: async (text) => {
      const sent = person.mention(nextChannel(), text)
      return conversationIn(simulator, sent)
    },
  }
}

function conversationIn(simulator: DiscordSimulator, opening: Sent): Conversation {
  // A thread has the id of the message that it starts from.
  const thread = opening.messageId
  const exists = () => simulator.threads().some(({ id }) => id === thread)
  const seen = () => (exists() ? simulator.messages(thread) : [])
  const isReply = ({ authorId, type }: SeenMessage) =>
    authorId === simulator.bot.id && type !== THREAD_STARTER
  const shown = () => seen().filter(isReply).map(asShown)
  const as = (person: Person) => simulator.person(person.name)
  const sentBy = new Map<Said, Sent>()
  const saidBy = (sent: Sent): Said => {
    const said: Said = {
      redeliver: async (times) => {
        sent.redeliver(times)
      },
    }
    sentBy.set(said, sent)
    return said
  }
  const sentAs = (said: Said): Sent => {
    const sent = sentBy.get(said)
    if (sent === undefined) throw new Error('That was not said in this conversation.')
    return sent
  }
  return {
    opening: saidBy(opening),
    say: async (person, text) => {
      await simulator.until(exists, WITHIN_MS)
      return saidBy(as(person).post(thread, text))
    },
    press: async (person, { id }, control) => {
      const buttons = simulator.message(thread, id)?.components.flatMap((row) => row.components ?? []) ?? []
      const button = buttons.find(({ custom_id }) => readCustomId(custom_id ?? '')?.control === control)
      if (button?.custom_id === undefined) throw new Error(`Message ${id} shows no ${control} button.`)
      await as(person).click({ channelId: thread, messageId: id }, button.custom_id).answered(WITHIN_MS)
    },
    edit: async (person, said, text) => {
      const sent = sentAs(said)
      // What began with a mention keeps it: people edit the words behind it.
      const mention = sent === opening ? `${simulator.bot.mention} ` : ''
      as(person).edit(sent, `${mention}${text}`)
    },
    remove: async (person, said) => {
      as(person).delete(sentAs(said))
    },
    shown: async () => shown(),
    until: async (done, withinMs = WITHIN_MS) => {
      try {
        return await simulator.until(() => {
          const now = shown()
          return done(now) && now
        }, withinMs)
      } catch (cause) {
        throw new Error(`Not within ${withinMs} ms; shown was ${JSON.stringify(shown())}`, { cause })
      }
    },
    react: async (person, { id }, emoji) => {
      as(person).react(thread, id, emoji)
    },
    unreact: async (person, { id }, emoji) => {
      as(person).unreact(thread, id, emoji)
    },
  }
}

const asShown = ({ id, content }: SeenMessage): Shown => {
  const finished = !content.endsWith(WRITING_SIGN)
  return { id, text: finished ? content : content.slice(0, -WRITING_SIGN.length), finished }
}
