import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { questionOf, readMessage, type Self } from '#adapters/slack/inbound.ts'
import { readPlace } from '#adapters/slack/place.ts'
import { readReaction } from '#adapters/slack/reaction.ts'

const self: Self = { team: 'T1', user: 'UBOT', bot: 'BBOT' }
const message = {
  type: 'message',
  user: 'U1',
  text: 'hi',
  ts: '1700000000.000100',
  channel: 'C1',
  channel_type: 'channel',
}
const mention = { ...message, type: 'app_mention', text: '<@UBOT> hi', channel_type: undefined }
const question = (event: object, owned = false) => {
  const incoming = readMessage(event, self)
  if (incoming === undefined) throw new Error('not a message')
  return questionOf(incoming, { self, people: new Map([['U1', 'Ann']]), owned })
}

describe('who is spoken to', () => {
  test.each([
    ['a mention', mention, 'mention'],
    ['its twin', { ...message, text: 'so <@UBOT> hi' }, 'mention'],
    ['its twin with a label', { ...message, text: '<@UBOT|parley> hi' }, 'mention'],
    ['a direct message', { ...message, channel: 'D1', channel_type: 'im' }, 'direct'],
    [
      'one of a server that leaves the type out',
      { ...message, channel: 'D1', channel_type: undefined },
      'direct',
    ],
    ['a reply to somebody', { ...message, thread_ts: '1600000000.000100' }, 'bystander'],
    ['a file', { ...mention, subtype: 'file_share' }, 'mention'],
    [
      'a broadcast reply',
      { ...message, subtype: 'thread_broadcast', thread_ts: '1600000000.000100' },
      'bystander',
    ],
  ])('%s', (_, event, address) => {
    expect(readMessage(event, self)?.address).toBe(address)
  })

  test.each([
    ['top-level talk of others', message],
    ['our own message', { ...mention, user: 'UBOT' }],
    ['another bot', { ...mention, bot_id: 'B9' }],
    ['Slackbot', { ...mention, user: 'USLACKBOT' }],
    ['an edit', { ...mention, subtype: 'message_changed', hidden: true }],
    ['a deletion', { ...message, subtype: 'message_deleted', thread_ts: '1600000000.000100' }],
    ['a join', { ...mention, subtype: 'channel_join' }],
    ['no user', { ...mention, user: undefined }],
    ['no ts', { ...mention, ts: 'soon' }],
    ['no channel', { ...mention, channel: '' }],
    ['another event', { ...mention, type: 'app_home_opened' }],
  ])('S6: %s is no question', (_, event) => {
    expect(readMessage(event, self)).toBeUndefined()
  })
})

describe('the question', () => {
  test('T1: a mention and its twin have one name', () => {
    expect(question(mention).id).toBe('slack:T1:C1:1700000000.000100')
    expect(question({ ...message, text: '<@UBOT> hi' }).id).toBe(question(mention).id)
  })

  test('says who, where, when and what', () => {
    expect(question(mention)).toEqual({
      id: 'slack:T1:C1:1700000000.000100',
      thread: { platform: 'slack', workspace: 'T1', channel: 'C1', root: '1700000000.000100' },
      speaker: { id: 'U1', name: 'Ann' },
      text: 'hi',
      sentAt: 1_700_000_000_000,
      place: {
        ...{ channel: 'C1', root: '1700000000.000100', ts: '1700000000.000100' },
        ...{ user: 'U1', userTeam: 'T1', direct: false },
      },
      hasPast: false,
    })
  })

  test('its place survives JSON, and nothing else passes for one', () => {
    const { place } = question(mention)
    expect(readPlace(JSON.parse(JSON.stringify(place)))).toEqual(place)
    expect(() => readPlace({ channel: 'C1' })).toThrow('not a place')
  })

  test('C1: a thread that we are called into has a past, and one of ours has none to fetch', () => {
    const inside = { ...mention, thread_ts: '1600000000.000100' }
    expect(question(inside).hasPast).toBe(true)
    expect(question(inside, true).hasPast).toBe(false)
    expect(question({ ...mention, thread_ts: mention.ts }).hasPast).toBe(false)
  })

  test.each([
    ['user_team', { team: 'T1', user_team: 'T9' }, 'T9'],
    ['source_team', { team: 'T1', source_team: 'T8' }, 'T8'],
    ['team', { team: 'T7' }, 'T7'],
    ['ours', {}, 'T1'],
  ])('a guest is known by the workspace that is theirs: %s', (_, teams, userTeam) => {
    expect(question({ ...mention, ...teams }).place).toMatchObject({ userTeam })
  })

  test('a mention alone is a question too', () => {
    expect(question({ ...mention, text: '<@UBOT>' }).text).toBe('Hello.')
    const below = { ...mention, text: ' <@UBOT> ', thread_ts: '1600000000.000100' }
    expect(question(below).text).toBe('What do you say to the messages above?')
  })

  test('files are named', () => {
    const files = [{ name: 'plan.pdf' }, { name: null }]
    const shared = { ...mention, subtype: 'file_share', files }
    expect(question(shared).text).toBe('hi\n[attached: plan.pdf]\n[attached: a file]')
    expect(question({ ...shared, text: '<@UBOT>' }).text).toBe('[attached: plan.pdf]\n[attached: a file]')
  })
})

describe('reactions', () => {
  const event = {
    ...{
      type: 'reaction_added',
      user: 'U1',
      reaction: '+1::skin-tone-2',
      item_user: 'UBOT',
      event_ts: '1700000002.5',
    },
    item: { type: 'message', channel: 'C1', ts: '1700000001.000200' },
  }

  test('name the message, the person and the emoji', () => {
    expect(readReaction(event, self)).toEqual({
      id: 'slack:T1:reaction_added:C1:1700000001.000200:U1:+1::skin-tone-2:1700000002.5',
      kind: 'reaction_added',
      message: { platform: 'slack', workspace: 'T1', channel: 'C1', message: '1700000001.000200' },
      rater: 'U1',
      value: '+1::skin-tone-2',
      at: 1_700_000_002_500,
      order: '1700000002500000',
    })
  })

  test('F1: what happened later says so, to the microsecond', () => {
    const times = ['999999999.999999', '1700000002.5', '1700000002.500001', '1700000010.1']
    const orders = times.map((event_ts) => readReaction({ ...event, event_ts }, self)?.order ?? '')
    expect(orders).toEqual(orders.toSorted())
    expect(new Set(orders).size).toBe(times.length)
  })

  test('F1: giving, taking and giving again are three', () => {
    const ids = [event, { ...event, type: 'reaction_removed' }, { ...event, event_ts: '1700000003.5' }].map(
      (each) => readReaction(each, self)?.id,
    )
    expect(new Set(ids).size).toBe(3)
  })

  test.each([
    ['our own', { ...event, user: 'UBOT' }],
    ['Slackbot', { ...event, user: 'USLACKBOT' }],
    ['on a file', { ...event, item: { type: 'file', file: 'F1' } }],
    ["on somebody else's message", { ...event, item_user: 'U2' }],
    ['of nobody', { ...event, user: undefined }],
  ])('F2: %s does not count', (_, other) => {
    expect(readReaction(other, self)).toBeUndefined()
  })
})

test('S6: whatever comes is read or dropped, never thrown', () => {
  const field = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('C1', 'U1', 'im', '1700000000.000100', '<@UBOT>', 'file_share'),
  )
  const type = fc.constantFrom('message', 'app_mention', 'reaction_added', 'reaction_removed')
  const keys = [
    'user',
    'bot_id',
    'text',
    'ts',
    'thread_ts',
    'channel',
    'channel_type',
    'subtype',
    'files',
    'team',
  ]
  const junk = fc.oneof(
    fc.jsonValue(),
    fc.record({ type, ...Object.fromEntries(keys.map((key) => [key, field])) }, { requiredKeys: ['type'] }),
  )
  fc.assert(
    fc.property(junk, (event) => {
      const incoming = readMessage(event, self)
      if (incoming !== undefined) {
        expect(questionOf(incoming, { self, people: new Map(), owned: false }).text).not.toBe('')
      }
      readReaction(event, self)
    }),
    { numRuns: 500 },
  )
})
