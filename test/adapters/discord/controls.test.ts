import { describe, expect, test } from 'vitest'
import { componentsOf, customIdOf, readCustomId } from '#adapters/discord/controls.ts'
import { SAYINGS } from '#adapters/press.ts'
import { type Control, type ReplySurface, type ReplyView, SurfaceError } from '#core/delivery/surface.ts'
import type { Regeneration } from '#core/dialogue/request.ts'
import type { DiscordSimulator } from '#test/platforms/discord/simulator.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { finished, REPLY, running, writing } from './running.ts'

const ALL: readonly Control[] = ['stop', 'good', 'bad', 'regenerate']
const CALLBACK = 'POST /interactions/:interaction/:token/callback'

const live = () => AbortSignal.timeout(10_000)

/** The controls below a message, as a reader sees them. */
const controlsOn = (simulator: DiscordSimulator, thread: string, message: string) =>
  (simulator.message(thread, message)?.components ?? [])
    .flatMap((row) => row.components ?? [])
    .map((button) => readCustomId(button.custom_id ?? '')?.control)

/** Alice has asked something, and a reply is about to be written in the thread. */
async function asked(options: Parameters<typeof running>[0] = {}) {
  const world = await running({ rateLimits: false, ...options })
  const { simulator, host, discord } = world
  const sent = simulator.person('alice').mention(simulator.channel('general'), 'begin')
  const { place } = await host.question('begin')
  const thread = sent.messageId
  return {
    ...world,
    place,
    thread,
    surface: discord.open(place, [], REPLY),
    controls: (message: string | undefined) => controlsOn(simulator, thread, message ?? ''),
  }
}

/** A finished reply of one message. */
async function answered() {
  const world = await asked()
  const [message = ''] = await world.surface.show(finished('an answer'), live())
  const press = (control: Control, by = 'alice') =>
    world.simulator
      .person(by)
      .click({ channelId: world.thread, messageId: message }, customIdOf(control, REPLY))
  return { ...world, message, press }
}

describe('a row of buttons', () => {
  test.each(ALL)('%s carries the reply, fits into an id, and has a word beside its emoji', (control) => {
    const [row] = componentsOf([control], REPLY) as [{ components: { custom_id: string; label: string }[] }]
    const [button] = row.components
    expect(button?.custom_id.length).toBeLessThanOrEqual(100)
    expect(button?.label).toMatch(/^\w+$/)
    expect(readCustomId(button?.custom_id ?? '')).toEqual({ control, reply: REPLY })
  })

  test.each(['', 'parley', 'parley:good:', 'parley:toString:x', 'other:good:x', 'good:x'])(
    'S6: %j is none of ours',
    (id) => expect(readCustomId(id)).toBeUndefined(),
  )
})

describe('what can be pressed (rule T5)', () => {
  test('stop while it is written, the others when it is finished, always on the last part only', async () => {
    const { surface, controls } = await asked()
    const [one] = await surface.show(writing('on'), live())
    expect(controls(one)).toEqual(['stop'])
    const [, two] = await surface.show(writing('one', 'tw'), live())
    expect([controls(one), controls(two)]).toEqual([[], ['stop']])
    const [, , three] = await surface.show(finished('one', 'two', 'three'), live())
    expect([controls(one), controls(two), controls(three)]).toEqual([[], [], ['good', 'bad', 'regenerate']])
  })

  test('a shorter last view takes its buttons to the message that is last then', async () => {
    const { surface, controls } = await asked()
    const [one, two] = await surface.show(writing('one', 'two'), live())
    await surface.show(finished('sorry'), live())
    expect([controls(one), controls(two)]).toEqual([['good', 'bad', 'regenerate'], []])
  })

  test('a new candidate takes the place of the earlier one, and its buttons name the new reply', async () => {
    const { simulator, discord, place, thread, message, controls } = await answered()
    const again = discord.open(place, [message], 'the-next-reply')
    await again.working(live())
    expect(controls(message)).toEqual(['stop'])
    expect(simulator.message(thread, message)?.content).toBe('an answer')
    expect(await again.show(finished('a better answer'), live())).toEqual([message])
    expect(simulator.message(thread, message)?.content).toBe('a better answer')
    const [row] = simulator.message(thread, message)?.components ?? []
    expect(row?.components?.map(({ custom_id }) => custom_id)).toContain('parley:good:the-next-reply')
  })

  test('D1: a new candidate that is as long as the earlier one loses none of its parts', async () => {
    const adapterClock = new ScaledClock(100)
    const { surface, simulator, discord, place, thread } = await asked({ adapterClock })
    /** As the core does: a write that finds no room yet comes again. */
    const persist = async (at: ReplySurface, view: ReplyView): Promise<readonly string[]> => {
      for (;;) {
        try {
          return await at.show(view, live())
        } catch (error) {
          if (!(error instanceof SurfaceError) || error.fault.kind !== 'rate_limited') throw error
          await adapterClock.sleep(error.fault.retryAfterMs)
        }
      }
    }
    let shown = await persist(surface, finished('one', 'two', 'three'))
    for (const reply of ['the-second', 'the-third', 'the-fourth']) {
      const again = discord.open(place, shown, reply)
      await persist(again, writing('on'))
      shown = await persist(again, finished('one', 'two', 'three'))
      expect(shown.map((message) => simulator.message(thread, message)?.content)).toEqual([
        'one',
        'two',
        'three',
      ])
    }
  })

  test('T3: a post that a crash left unremembered is found again, buttons included', async () => {
    const { surface, place, restart, controls, simulator, thread } = await asked()
    const [shown] = await surface.show(writing('whole'), live())
    const next = (await restart()).open(place, [], REPLY)
    expect(await next.show(finished('whole'), live())).toEqual([shown])
    expect(controls(shown)).toEqual(['good', 'bad', 'regenerate'])
    expect(simulator.message(thread, shown ?? '')?.content).toBe('whole')
  })
})

describe('a press', () => {
  test('F1: on good is a vote, said thanks for to the one who pressed, and a redelivery is the same vote', async () => {
    const { simulator, host, press } = await answered()
    const pressed = press('good')
    expect(await pressed.answered()).toMatchObject({ type: 6 })
    await simulator.until(() => pressed.followUps().length === 1)
    expect(pressed.followUps()).toMatchObject([{ content: SAYINGS.noted, flags: 64 }])
    pressed.redeliver(2)
    press('bad', 'bob')
    await host.until(() => host.votes.length === 2)
    expect(host.votes).toMatchObject([
      {
        id: `discord:${pressed.interactionId}`,
        reply: REPLY,
        platform: 'discord',
        rater: simulator.person('alice').id,
        value: 'good',
      },
      { rater: simulator.person('bob').id, value: 'bad' },
    ])
    expect(Math.abs((host.votes[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(pressed.followUps()).toHaveLength(1)
  })

  test('T5: on stop stops that reply, and says nothing where the message shows it', async () => {
    const { host, surface, simulator, thread } = await asked()
    const [message = ''] = await surface.show(writing('so far'), live())
    const at = { channelId: thread, messageId: message }
    const pressed = simulator.person('bob').click(at, customIdOf('stop', REPLY))
    await pressed.answered()
    await host.until(() => host.stops.length === 1)
    expect(host.stops).toEqual([{ reply: REPLY }])
    host.answers.stop = false
    const late = simulator.person('bob').click(at, customIdOf('stop', REPLY))
    await simulator.until(() => late.followUps().length === 1)
    expect(late.followUps()[0]?.content).toBe(SAYINGS.nothingToStop)
    expect(pressed.followUps()).toEqual([])
  })

  test.each<[Regeneration, readonly string[]]>([
    ['accepted', []],
    ['outdated', [SAYINGS.outdated]],
    ['unasked', [SAYINGS.unasked]],
    ['unknown', [SAYINGS.unknownReply]],
  ])('T5: on regenerate that is %s is said quietly: %j', async (answer, said) => {
    const { host, press, simulator } = await answered()
    host.answers.regenerate = answer
    const pressed = press('regenerate')
    await pressed.answered()
    await simulator.until(() => pressed.followUps().length === said.length)
    await host.until(() => host.regenerations.length === 1)
    expect(host.regenerations).toMatchObject([
      { id: `discord:${pressed.interactionId}`, reply: REPLY, by: { name: 'alice' } },
    ])
    expect(pressed.followUps().map(({ content }) => content)).toEqual(said)
  })

  test('works after a restart, on messages that no cache holds, and in direct messages', async () => {
    const { simulator, host, restart } = await running({ rateLimits: false })
    const alice = simulator.person('alice')
    alice.directMessage('hello')
    const { place } = await host.question('hello')
    const [message = ''] = await (await restart()).open(place, [], REPLY).show(finished('hi'), live())
    await restart()
    const at = { channelId: alice.directChannel().id, messageId: message }
    await alice.click(at, customIdOf('bad', REPLY)).answered()
    await host.until(() => host.votes.length === 1)
    expect(host.votes[0]).toMatchObject({ rater: alice.id, value: 'bad' })
  })

  test('is acknowledged while the store is still away, and carried out when it is back', async () => {
    const { host, press } = await answered()
    host.down = new Error('the store is down')
    const pressed = press('good')
    expect(await pressed.answered()).toMatchObject({ type: 6 })
    await host.until(() => host.failures > 0)
    expect(host.votes).toEqual([])
    host.down = undefined
    await host.until(() => host.votes.length === 1)
  })

  test.each(['before', 'after'] as const)(
    'whose acknowledgement is cut off %s it took effect is acknowledged once and answered',
    async (when) => {
      const { simulator, press, host } = await answered()
      host.answers.vote = false
      simulator.failNext(CALLBACK, { kind: 'reset', when })
      const pressed = press('good')
      await simulator.until(() => pressed.followUps().length === 1)
      expect(pressed.followUps()[0]?.content).toBe(SAYINGS.unknownReply)
      expect(host.votes).toHaveLength(1)
    },
  )

  test('that Discord no longer takes an answer for counts all the same', async () => {
    const { simulator, press, host } = await answered()
    simulator.failNext(CALLBACK, { kind: 'error', status: 404, code: 10062 })
    press('good')
    await host.until(() => host.votes.length === 1)
  })
})
