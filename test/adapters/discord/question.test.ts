import { describe, expect, test } from 'vitest'
import { readMessage } from '#adapters/discord/message.ts'
import { readPlace } from '#adapters/discord/place.ts'
import { kindOf, questionOf, threadOf, type Where } from '#adapters/discord/question.ts'
import { threadKey } from '#core/thread.ts'
import { ALICE, CHANNEL, GUILD, MESSAGE, messagePayload } from './payloads.ts'

const heard = (over: Record<string, unknown> = {}) => {
  const message = readMessage(messagePayload(over))
  if (!message) throw new Error('not a message')
  return message
}

const THREAD = '100000000000000055'
const inThread: Where = { kind: 'thread', parent: CHANNEL }

describe('the conversation of a message', () => {
  test('T1: a mention in a channel and a follow-up in the thread it opens are one conversation', () => {
    const mention = threadOf(heard(), { kind: 'text' })
    const followUp = threadOf(heard({ id: '100000000000000100', channel_id: MESSAGE }), inThread)
    expect(threadKey(mention)).toBe(threadKey(followUp))
  })

  test('a direct message channel is one conversation', () => {
    const direct = heard({ guild_id: undefined, channel_type: 1 })
    expect(threadOf(direct, { kind: 'direct' })).toEqual({
      platform: 'discord',
      workspace: '@me',
      channel: CHANNEL,
      root: CHANNEL,
    })
  })

  test.each([
    [0, 'text'],
    [5, 'text'],
    [1, 'direct'],
    [10, 'thread'],
    [11, 'thread'],
    [12, 'thread'],
    [2, 'flat'],
    [13, 'flat'],
    [99, 'flat'],
  ])('channel type %i is %s', (type, kind) => {
    expect(kindOf(type)).toBe(kind)
  })
})

describe('a question', () => {
  test('T1: names the message, and the place says that a thread is to be opened', () => {
    expect(questionOf(heard(), { kind: 'text' }, 'what is a monad?', false)).toEqual({
      id: `discord:${CHANNEL}:${MESSAGE}`,
      thread: { platform: 'discord', workspace: GUILD, channel: CHANNEL, root: MESSAGE },
      speaker: { id: ALICE, name: 'Alice L.' },
      text: 'what is a monad?',
      roles: [],
      sentAt: Date.parse('2026-11-23T10:00:00Z'),
      place: {
        to: 'new thread',
        workspace: GUILD,
        channel: CHANNEL,
        message: MESSAGE,
        name: 'what is a monad?',
        about: null,
      },
    })
  })

  test('T3: its place survives the store', () => {
    for (const where of [{ kind: 'text' }, { kind: 'flat' }, { kind: 'direct' }, inThread] as const) {
      const { place } = questionOf(heard(), where, 'why?', true)
      expect(readPlace(JSON.parse(JSON.stringify(place)))).toEqual(place)
    }
  })

  test.each([
    ['called into a thread for the first time', heard({ channel_id: THREAD }), inThread, false, true],
    ['in a thread that is ours', heard({ channel_id: THREAD }), inThread, true, undefined],
    [
      'the first post of a forum thread',
      heard({ id: THREAD, channel_id: THREAD }),
      inThread,
      false,
      undefined,
    ],
    ['in a channel', heard(), { kind: 'text' } as const, false, undefined],
    [
      'in a channel, in reply to something',
      heard({ type: 19, message_reference: { message_id: THREAD } }),
      { kind: 'text' } as const,
      false,
      true,
    ],
    ['a direct message', heard({ guild_id: undefined }), { kind: 'direct' } as const, true, undefined],
  ])('C1: has a past: %s', (_case, message, where, owned, hasPast) => {
    expect(questionOf(message, where, 'why?', owned).hasPast).toBe(hasPast)
  })

  test('a place of another making is refused', () => {
    expect(() => readPlace({ to: 'the moon' })).toThrow('Not a Discord place')
  })
})
