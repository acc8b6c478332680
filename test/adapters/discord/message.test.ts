import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readMessage } from '#adapters/discord/message.ts'
import { reactionId, readReaction } from '#adapters/discord/reaction.ts'
import { ALICE, BOT, CHANNEL, GUILD, MESSAGE, messagePayload, person, reactionPayload } from './payloads.ts'

describe('a message', () => {
  test('is read with what an answer needs', () => {
    expect(
      readMessage(messagePayload({ mentions: [{ ...person(BOT, 'parley'), member: { nick: 'P' } }] })),
    ).toEqual({
      id: MESSAGE,
      channel: CHANNEL,
      guild: GUILD,
      channelType: 0,
      author: { id: ALICE, name: 'Alice L.', automatic: false, roles: [] },
      spoken: true,
      content: 'hello',
      extras: [],
      mentions: [{ id: BOT, name: 'P' }],
      roles: [],
      about: undefined,
      starter: undefined,
      sentAt: Date.parse('2026-11-23T10:00:00Z'),
    })
  })

  test("S7: brings its author's roles, where Discord tells them", () => {
    const rolesWith = (member: unknown) => readMessage(messagePayload({ member }))?.author.roles
    expect(rolesWith({ roles: [GUILD, 'not an id'] })).toEqual([GUILD])
    expect(rolesWith({ roles: null })).toEqual([])
    expect(rolesWith(undefined)).toBeUndefined()
  })

  test.each([
    ['the nickname in the guild', { member: { nick: 'Ally' } }, 'Ally'],
    [
      'else the display name',
      { member: {}, author: { ...person(ALICE, 'alice'), global_name: 'Alice' } },
      'Alice',
    ],
    ['else the account name', { member: undefined }, 'alice'],
  ])('names its author by %s', (_how, over, name) => {
    expect(readMessage(messagePayload(over))?.author.name).toBe(name)
  })

  test.each([
    ['a bot', { author: { ...person(ALICE, 'helper'), bot: true } }],
    ['Discord itself', { author: { ...person(ALICE, 'discord'), system: true } }],
    ['a webhook', { webhook_id: '100000000000000050' }],
  ])('F2: from %s is automatic', (_who, over) => {
    expect(readMessage(messagePayload(over))?.author.automatic).toBe(true)
  })

  test.each([
    [0, true],
    [19, true],
    [1, false],
    [4, false],
    [6, false],
    [18, false],
    [20, false],
    [21, false],
  ])('of type %i: spoken %s', (type, spoken) => {
    expect(readMessage(messagePayload({ type }))?.spoken).toBe(spoken)
  })

  test('keeps files, stickers, polls and forwarded text as lines', () => {
    const read = readMessage(
      messagePayload({
        attachments: [{ id: '1', filename: 'plan.pdf' }, { broken: true }],
        sticker_items: [{ id: '1', name: 'Wave' }],
        poll: { question: { text: 'Lunch?' } },
        message_snapshots: [{ message: { content: 'from elsewhere' } }],
      }),
    )
    expect(read?.extras).toEqual([
      '[forwarded message] from elsewhere',
      '[file: plan.pdf]',
      '[sticker: Wave]',
      '[poll: Lunch?]',
    ])
  })

  test('a reply names what it replies to, a forward does not', () => {
    const message_reference = { message_id: '100000000000000077', channel_id: CHANNEL }
    expect(readMessage(messagePayload({ type: 19, message_reference }))?.about).toBe('100000000000000077')
    expect(
      readMessage(messagePayload({ message_reference: { ...message_reference, type: 1 } }))?.about,
    ).toBeUndefined()
  })

  test('without a readable timestamp is dated by its id', () => {
    const id = String((BigInt(Date.parse('2026-11-23T10:00:00Z') - 1_420_070_400_000) << 22n) + 5n)
    expect(readMessage(messagePayload({ id, timestamp: 'soon' }))?.sentAt).toBe(
      Date.parse('2026-11-23T10:00:00Z'),
    )
  })
})

describe('S6: malformed events', () => {
  const json = fc.jsonValue()

  test('any JSON is read or is nothing, and never throws', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(readMessage(value)).toBeUndefined()
        expect(readReaction('reaction_added', value)).toBeUndefined()
      }),
    )
  })

  test('any one field replaced by any JSON is read or is nothing, and never throws', () => {
    const fieldOf = (payload: Record<string, unknown>) => fc.constantFrom(...Object.keys(payload))
    fc.assert(
      fc.property(fieldOf(messagePayload()), json, (field, value) => {
        const read = readMessage({ ...messagePayload(), [field]: value })
        if (read) expect(typeof read.content).toBe('string')
      }),
    )
    fc.assert(
      fc.property(fieldOf(reactionPayload()), json, (field, value) => {
        const read = readReaction('reaction_added', { ...reactionPayload(), [field]: value })
        if (read) expect(read.value).not.toBe('')
      }),
    )
  })

  test('a strange side field costs only that field', () => {
    const read = readMessage(
      messagePayload({ attachments: 'none', mentions: [{ id: 7 }], poll: 3, member: 'x' }),
    )
    expect(read).toMatchObject({ content: 'hello', extras: [], mentions: [], author: { name: 'alice' } })
  })
})

describe('a reaction', () => {
  test.each([
    ['a Unicode emoji', { id: null, name: '👍🏽' }, '👍🏽'],
    ['a custom emoji', { id: '100000000000000060', name: 'parrot' }, 'parrot:100000000000000060'],
    ['a deleted custom emoji', { id: '100000000000000060', name: null }, '_:100000000000000060'],
  ])('%s', (_kind, emoji, value) => {
    expect(readReaction('reaction_added', reactionPayload({ emoji }))?.value).toBe(value)
  })

  test('says who wrote the message and whether the rater is a bot, where Discord says so', () => {
    const bot = { member: { user: { ...person(ALICE, 'helper'), bot: true } } }
    expect(readReaction('reaction_added', reactionPayload(bot))).toMatchObject({
      messageAuthor: BOT,
      raterIsBot: true,
    })
    expect(readReaction('reaction_added', reactionPayload())).toMatchObject({ raterIsBot: false })
    const { member: _, message_author_id: __, ...removal } = reactionPayload()
    expect(readReaction('reaction_removed', removal)).toMatchObject({
      kind: 'reaction_removed',
      messageAuthor: undefined,
      raterIsBot: undefined,
    })
  })

  test('F1: a replay keeps the name of the event; another event, shard or session has another', () => {
    const dispatch = { session: 'abc', since: 0, shard: 0, sequence: 7 }
    const names = [
      dispatch,
      { ...dispatch },
      { ...dispatch, sequence: 8 },
      { ...dispatch, shard: 1 },
      { ...dispatch, session: 'd' },
    ]
    expect(new Set(names.map(reactionId)).size).toBe(4)
    expect(reactionId(dispatch)).toBe(reactionId({ ...dispatch }))
  })
})
