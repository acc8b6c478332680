/** Gateway payloads as Discord sends them, with what a test does not care about filled in. */

export const BOT = '100000000000000003'
export const ALICE = '100000000000000010'
export const GUILD = '100000000000000001'
export const CHANNEL = '100000000000000002'
export const MESSAGE = '100000000000000099'
export const SENT_AT = '2026-11-23T10:00:00.000000+00:00'

export const person = (id: string, username: string) => ({
  id,
  username,
  discriminator: '0',
  global_name: null,
})

export const messagePayload = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: MESSAGE,
  channel_id: CHANNEL,
  guild_id: GUILD,
  channel_type: 0,
  author: person(ALICE, 'alice'),
  member: { nick: 'Alice L.', roles: [] },
  content: 'hello',
  timestamp: SENT_AT,
  edited_timestamp: null,
  tts: false,
  mention_everyone: false,
  mentions: [],
  mention_roles: [],
  attachments: [],
  embeds: [],
  pinned: false,
  type: 0,
  components: [],
  ...over,
})

export const reactionPayload = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  user_id: ALICE,
  channel_id: CHANNEL,
  message_id: MESSAGE,
  guild_id: GUILD,
  member: { user: person(ALICE, 'alice'), roles: [] },
  message_author_id: BOT,
  emoji: { id: null, name: '👍' },
  burst: false,
  type: 0,
  ...over,
})
