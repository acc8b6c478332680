/**
 * The web workspace as a world of scenarios: people are plain HTTP clients, and what they see comes from the API
 * after each server-sent event, as on the page.
 */

import type { WireEvent } from '#adapters/web/protocol.ts'
import { createWeb } from '#adapters/web/web.ts'
import { newPerson, Sessions } from '#adapters/web/workspace/sessions.ts'
import { systemClock } from '#core/clock.ts'
import type { Control } from '#core/delivery/surface.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { freshKey, WebClient } from '#test/adapters/web/client.ts'
import { quietLog } from '#test/quiet-log.ts'
import type { Conversation, Person, Said, Shown, World } from '#test/scenarios/world.ts'

/** Milliseconds that `until` waits when a scenario names no bound. */
const PATIENCE_MS = 20_000

/** A message that was said, and its id. */
interface Sent extends Said {
  readonly id: string
}

interface Seat extends Person {
  client(): Promise<WebClient>
}

export interface WebWorld extends World {
  /** The person at the API, as their page is. */
  client(person: Person): Promise<WebClient>
}

export async function webWorld(): Promise<WebWorld> {
  let store: Namespace | undefined
  let url: string | undefined
  const people = new Map<string, Seat>()

  /** Ids must be known before anybody has spoken, so people are seated in the store rather than signed in. */
  const seat = (name: string): Seat => {
    const self = newPerson(name)
    const cookies = new Map<Namespace, Promise<string>>()
    const person: Seat = {
      ...self,
      async client() {
        if (store === undefined || url === undefined)
          throw new Error('webWorld: call platform() and listening() first')
        const cookie = cookies.get(store) ?? new Sessions(store, undefined, systemClock).open(self)
        cookies.set(store, cookie)
        return new WebClient(url, `parley_session=${await cookie}`)
      },
      async ask(text) {
        const client = await person.client()
        const key = freshKey()
        const sent = await client.begin(text, { key })
        return conversation(person, sent.thread.id, {
          id: sent.message.id,
          redeliver: (times) => repeat(times, async () => (await person.client()).begin(text, { key })),
        })
      },
    }
    return person
  }

  const seatOf = (person: Person): Seat => {
    const found = people.get(person.name)
    if (found === undefined) throw new Error(`webWorld: ${person.name} is not of this world`)
    return found
  }

  const conversation = (reader: Seat, thread: string, opening: Sent): Conversation => {
    const sent = new Map<Said, string>([[opening, opening.id]])
    const idOf = (said: Said): string => {
      const found = sent.get(said)
      if (found === undefined) throw new Error('webWorld: this was not said in this conversation')
      return found
    }
    const shown = async (): Promise<readonly Shown[]> => {
      const { messages } = await (await reader.client()).thread(thread)
      return messages
        .filter(({ author }) => author === null)
        .map(({ id, text, finished }) => ({ id, text, finished }))
    }
    const react = async (person: Person, { id }: Shown, emoji: string, on: boolean): Promise<void> =>
      (await seatOf(person).client()).react(id, emoji, on)
    return {
      opening,
      shown,
      async say(person, text) {
        const key = freshKey()
        const { message } = await (await seatOf(person).client()).follow(thread, text, key)
        const said: Said = {
          redeliver: (times) =>
            repeat(times, async () => (await seatOf(person).client()).follow(thread, text, key)),
        }
        sent.set(said, message.id)
        return said
      },
      until: (done, withinMs = PATIENCE_MS) => watch(reader, thread, shown, done, withinMs),
      react: (person, message, emoji) => react(person, message, emoji, true),
      unreact: (person, message, emoji) => react(person, message, emoji, false),
      press: async (person, { id }, control) => pressOn(await seatOf(person).client(), thread, id, control),
      async edit(person, said, text) {
        await (await seatOf(person).client()).edit(idOf(said), text)
      },
      remove: async (person, said) => (await seatOf(person).client()).remove(idOf(said)),
    }
  }

  return {
    name: 'web',
    async platform(given) {
      store = given
      return createWeb({ modelLabel: 'scripted' }, { store: given, clock: systemClock, log: quietLog })
    },
    listening(address) {
      url = address.replace(/\/$/, '')
    },
    person(name) {
      const found = people.get(name) ?? seat(name)
      people.set(name, found)
      return found
    },
    client: (person) => seatOf(person).client(),
    close: async () => undefined,
  }
}

/** As the page does: only what is there can be pressed, and a press that comes too late is told quietly. */
async function pressOn(client: WebClient, thread: string, id: string, control: Control): Promise<void> {
  const { messages } = await client.thread(thread)
  const message = messages.find((each) => each.id === id)
  if (message === undefined || message.reply === null || !message.controls.includes(control))
    throw new Error(`webWorld: there is no ${control} below ${id}`)
  const { reply } = message
  switch (control) {
    case 'stop':
      await client.stop(thread, reply)
      return
    case 'good':
    case 'bad':
      return client.vote(id, reply, control)
    case 'regenerate': {
      const key = freshKey()
      const { status } = await client.send('POST', `/api/messages/${id}/regenerate`, { reply, key })
      if (status !== 204 && status !== 409) throw new Error(`webWorld: ${status} instead of another answer`)
      return
    }
    case 'correct':
    case 'compare':
      throw new Error(`webWorld: ${control} opens a form, which is filled in by itself`)
  }
}

/** Look once, then after every event of this thread; a server that restarts is looked for until the time is up. */
async function watch(
  reader: Seat,
  thread: string,
  shown: () => Promise<readonly Shown[]>,
  done: (shown: readonly Shown[]) => boolean,
  withinMs: number,
): Promise<readonly Shown[]> {
  const deadline = AbortSignal.timeout(withinMs)
  const late = new Promise<'late'>((resolve) => {
    deadline.addEventListener('abort', () => resolve('late'), { once: true })
  })
  let last: readonly Shown[] = []
  while (!deadline.aborted) {
    try {
      await using events = await (await reader.client()).events()
      let seen = 0
      for (;;) {
        const from = seen
        const news = events.until((all) => all.slice(from).some(({ event }) => concerns(event, thread)))
        if ((await Promise.race([news, late])) === 'late') break
        seen = events.heard.length
        last = await shown()
        if (done(last)) return last
      }
    } catch {
      // Between two processes nobody answers: try again, for as long as the scenario allows.
      await systemClock.sleep(20)
    }
  }
  throw new Error(`until: not within ${withinMs} ms; shown: ${JSON.stringify(last)}`)
}

function concerns(event: WireEvent, thread: string): boolean {
  switch (event.type) {
    case 'ready':
    case 'resync':
      return true
    case 'channel':
    case 'working':
      return false
    case 'thread':
      return event.thread.id === thread
    case 'message':
      return event.message.thread === thread
    case 'patch':
    case 'removed':
    case 'reactions':
      return event.thread === thread
  }
}

async function repeat(times: number, again: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time += 1) await again()
}
