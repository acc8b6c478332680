import { createConnection } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WireEvent } from '#adapters/web/protocol.ts'
import { EventLog } from '#adapters/web/workspace/events.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { type Heard, replay, WebClient } from './client.ts'
import { newReply, replyTo, writing, written } from './recording-host.ts'
import { workspace } from './workspace.ts'

const types = (heard: readonly Heard[]) => heard.map(({ event }) => event.type)
/** The last thing that a finished reply says. */
const isSettled = (heard: readonly Heard[]) =>
  heard.some(finishedPatch) && heard.at(-1)?.event.type === 'thread'
const isReply = ({ event }: Heard) => event.type === 'message' && event.message.author === null
const finishedPatch = ({ event }: Heard) => event.type === 'patch' && event.finished

test('a reader sees the question, the working sign, growth as deltas, and the end', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  await using events = await client.events()
  await events.until((heard) => heard.length === 1)
  const { thread } = await client.begin('hello')
  const question = space.host.questions[0]
  if (question === undefined) throw new Error('no question')
  const reply = replyTo(space.web, question)
  await reply.surface.working(new AbortController().signal)
  expect((await client.thread(thread.id)).working).toBe(reply.name)
  await reply.grow('One')
  expect((await client.thread(thread.id)).working).toBe(null)
  await reply.grow('One, two')
  await reply.finish('One, two, three')
  const heard = await events.until(isSettled)
  expect(types(heard)).toEqual([
    'ready',
    'thread',
    'message',
    'working',
    'working',
    'thread',
    'message',
    'patch',
    'patch',
    'thread',
  ])
  const patches = heard.flatMap(({ event }) => (event.type === 'patch' ? [event] : []))
  expect(patches.map(({ keep, text }) => [keep, text])).toEqual([
    [3, ', two'],
    [8, ', three'],
  ])
})

test('D7: the working sign goes when the turn is given up', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin('hello')
  const turn = new AbortController()
  const reply = replyTo(space.web, space.host.questions[0] ?? raise())
  await reply.surface.working(turn.signal)
  expect((await client.thread(thread.id)).working).toBe(reply.name)
  turn.abort()
  expect((await client.thread(thread.id)).working).toBe(null)
})

test('a reader that comes back with its last id misses nothing and hears nothing twice', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const first = await client.events()
  await client.begin('one')
  const before = await first.until((heard) => types(heard).includes('message'))
  await first[Symbol.asyncDispose]()
  const reply = replyTo(space.web, space.host.questions[0] ?? raise())
  await reply.grow('while')
  await reply.finish('while away')
  await using second = await client.events(before.at(-1)?.id)
  const after = await second.until(isSettled)
  expect(types(after)).toEqual(['thread', 'message', 'patch', 'thread'])
  await using third = await client.events(after.at(-1)?.id)
  await client.begin('two')
  expect(types(await third.until((heard) => heard.length >= 1))).toContain('thread')
})

test('a reader from before a restart is told to read anew', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const first = await client.events()
  const [ready] = await first.until((heard) => heard.length > 0)
  await first[Symbol.asyncDispose]()
  await space.restart()
  for (const id of [ready?.id ?? '', 'junk', '-1', `${ready?.id}-1`, '']) {
    await using again = await client.events(id)
    expect(types(await again.until((heard) => heard.length > 0))).toEqual(['resync'])
  }
})

test('a silent stream shows signs of life', async () => {
  const clock = new VirtualClock(1_000_000)
  await using space = await workspace({ clock })
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const stop = new AbortController()
  const response = await fetch(`${space.url}/api/events`, {
    headers: { cookie: client.cookie },
    signal: stop.signal,
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  let text = ''
  const reading = (async () => {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes(': still here')) return
    }
  })()
  let alive = false
  void reading.then(() => {
    alive = true
  })
  while (!alive) await clock.advance(15_000)
  expect(text).toContain('retry: 1000')
  stop.abort()
})

test('a reader that does not read is cut off; the others and the workspace go on', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { port, host } = new URL(space.url)
  const slow = createConnection(Number(port), '127.0.0.1')
  slow.write(`GET /api/events HTTP/1.1\r\nHost: ${host}\r\nCookie: ${client.cookie}\r\n\r\n`)
  slow.pause()
  const cut = new Promise((resolve) => slow.once('close', resolve))
  slow.on('error', () => undefined)
  await using events = await client.events()
  await events.until((heard) => heard.length > 0)
  await client.begin('much')
  const surface = space.web.open(space.host.questions[0]?.place, [], newReply())
  const { signal } = new AbortController()
  await surface.show(writing('a'), signal)
  const known = (await events.until((heard) => heard.some(isReply))).length
  // The kernel's buffers hold some megabytes before the server's own begins to fill.
  for (let round = 0; round < 120; round += 1) {
    await surface.show(writing(String(round).repeat(100_000).slice(0, 190_000)), signal)
    await events.until((heard) => heard.length > known + round)
  }
  await surface.show(written('done'), signal)
  await events.until((heard) => heard.some(finishedPatch))
  slow.resume()
  await cut
}, 20_000)

test('any sequence of what people and the assistant do: the events add up to what a read says', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const only = <T extends string>(kind: T) => fc.constant(kind)
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: only('show'),
        parts: fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }),
        finished: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: only('say'), text: fc.stringMatching(/^\w{1,20}$/) }) },
    { weight: 1, arbitrary: fc.record({ kind: only('edit'), text: fc.stringMatching(/^\w{1,20}$/) }) },
    { weight: 1, arbitrary: fc.record({ kind: only('take back') }) },
    { weight: 1, arbitrary: fc.record({ kind: only('again') }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: only('react'),
        on: fc.boolean(),
        emoji: fc.constantFrom('👍', '👎'),
      }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const { thread, message } = await client.begin('start')
      await using events = await client.events()
      await events.until((heard) => heard.length > 0)
      const start = (await client.thread(thread.id)).messages
      const { place } = space.host.questions.at(-1) ?? raise()
      const open = (shown: readonly string[]) => space.web.open(place, shown, newReply())
      const { signal } = new AbortController()
      let surface = open([])
      let shown: readonly string[] = []
      const said: string[] = []
      for (const each of steps) {
        switch (each.kind) {
          case 'show':
            shown = await surface.show((each.finished ? written : writing)(...each.parts), signal)
            break
          case 'again':
            surface = open(shown)
            break
          case 'say':
            said.push((await client.follow(thread.id, each.text)).message.id)
            break
          case 'edit':
            await ifThere(client.edit(said.at(-1) ?? message.id, each.text))
            break
          case 'take back':
            await ifThere(client.remove(said.pop() ?? message.id))
            break
          case 'react':
            await ifThere(client.react(message.id, each.emoji, each.on))
        }
      }
      await surface.show(written('the end'), signal)
      const truth = (await client.thread(thread.id)).messages
      const heard = await events.until((all) => {
        const known = replay(
          start,
          all.map(({ event }) => event),
        )
        return known.some(({ text, finished }) => text === 'the end' && finished)
      })
      const told = replay(
        start,
        heard.map(({ event }) => event),
      )
      expect(told.toSorted(bySequence)).toEqual(truth)
    }),
    { numRuns: 40 },
  )
})

test('the log of events stays small and resumes exactly within what it keeps', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2_600 }), fc.nat({ max: 2_600 }), (published, missed) => {
      const log = new EventLog()
      const ids: string[] = []
      log.subscribe(undefined, (frame) => ids.push(/^id: (.*)$/m.exec(frame)?.[1] ?? ''))
      for (let n = 0; n < published; n += 1) log.publish({ type: 'working', thread: String(n), reply: 'r' })
      const back = Math.min(missed, published)
      const frames: string[] = []
      log.subscribe(ids.at(-1 - back), (frame) => frames.push(frame))
      const events = frames.map((frame) => JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? '') as WireEvent)
      if (back > 2_000) expect(events).toEqual([{ type: 'resync' }])
      else expect(frames.map((frame) => /^id: (.*)$/m.exec(frame)?.[1])).toEqual(ids.slice(ids.length - back))
    }),
    { numRuns: 30 },
  )
})

const bySequence = (a: { readonly id: string }, b: { readonly id: string }): number =>
  Number(a.id.split('.')[1]) - Number(b.id.split('.')[1])

/** What was taken back cannot be changed any more. */
async function ifThere(work: Promise<unknown>): Promise<void> {
  await work.catch((thrown: unknown) => {
    if (!String(thrown).includes('404')) throw thrown
  })
}

function raise(): never {
  throw new Error('no question was accepted')
}
