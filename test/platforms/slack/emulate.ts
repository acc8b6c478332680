/**
 * A second opinion on Slack: the public emulator `emulate` 0.12.2, made by others, behind the few calls a test needs.
 *
 * It has the Web API's state and signs its events, but no `chat.*Stream` (HTTP 404), no sessions, no Socket Mode, no
 * interactions and no `markdown_text`. Three things are added here, through public exports only: an address for
 * events, `app_mention`, and the fields its events leave out. Without redelivery: it waits for the app inside the
 * call that caused the event.
 */
import { createEmulator, defineEmulator, type EmulatorContext } from 'emulate'
import { isJson, type Json, listOf, textOf } from './json.ts'

type Dispatcher = EmulatorContext<object>['webhooks']

export interface EmulatedSlack {
  /** For `clientOptions.slackApiUrl`. */
  readonly apiUrl: string
  readonly botToken: string
  readonly signingSecret: string
  readonly bot: { readonly userId: string; readonly botId: string }
  readonly alice: EmulatedPerson
  /** Messages of a thread, root first, as `conversations.replies` gives them to the app. */
  replies(channel: string, ts: string): Promise<readonly Json[]>
  deliverTo(url: string): void
  close(): Promise<void>
}

export interface EmulatedPerson {
  readonly id: string
  /** Mention the app in the general channel. Resolves when the app has acknowledged. */
  mention(text: string): Promise<EmulatedMessage>
  reply(root: EmulatedMessage, text: string): Promise<EmulatedMessage>
  react(message: EmulatedMessage, name: string): Promise<void>
  unreact(message: EmulatedMessage, name: string): Promise<void>
}

export interface EmulatedMessage {
  readonly channel: string
  readonly ts: string
}

const SIGNING_SECRET = 'a-signing-secret-of-the-emulator'
const BOT = { token: 'xoxb-emulated', userId: 'U0PARLEY', botId: 'B0PARLEY', appId: 'A0PARLEY' }
const ALICE_TOKEN = 'xoxp-alice'
const SCOPES = [
  'chat:write',
  'channels:history',
  'channels:read',
  'reactions:read',
  'reactions:write',
  'users:read',
]

/** Deliveries are found again by this owner; the emulator's Slack service dispatches under it. */
const OWNER = 'slack'

/** Start one at a time: while it starts, it listens in on the emulator's dispatcher class. */
export async function startEmulatedSlack(): Promise<EmulatedSlack> {
  const { emulator, dispatcher } = await startCaptured()
  completeEvents(dispatcher)
  const api = (method: string, token: string, args: Json) =>
    call(`${emulator.url}/api/${method}`, token, args)
  const asAlice = (method: string, args: Json) => api(method, ALICE_TOKEN, args)
  const alice = textOf((await asAlice('auth.test', {})).user_id)
  const post = async (args: Json): Promise<EmulatedMessage> => {
    const answer = await asAlice('chat.postMessage', args)
    return { channel: textOf(answer.channel), ts: textOf(answer.ts) }
  }
  return {
    apiUrl: `${emulator.url}/api/`,
    botToken: BOT.token,
    signingSecret: SIGNING_SECRET,
    bot: { userId: BOT.userId, botId: BOT.botId },
    alice: {
      id: alice,
      mention: (text) => post({ channel: 'general', text: `<@${BOT.userId}> ${text}` }),
      reply: ({ channel, ts }, text) => post({ channel, text, thread_ts: ts }),
      react: async ({ channel, ts }, name) => {
        await asAlice('reactions.add', { channel, timestamp: ts, name })
      },
      unreact: async ({ channel, ts }, name) => {
        await asAlice('reactions.remove', { channel, timestamp: ts, name })
      },
    },
    replies: async (channel, ts) => {
      const answer = await api('conversations.replies', BOT.token, { channel, ts })
      return listOf(answer.messages).filter(isJson)
    },
    deliverTo: (url) => {
      dispatcher.register({ url, events: ['*'], active: true, owner: OWNER })
    },
    close: () => emulator.close(),
  }
}

/** The emulator offers no way to register an address for events, except through the dispatcher it keeps to itself. */
async function startCaptured() {
  const prototype = await dispatcherPrototype()
  const original = prototype.setHeaderFactory
  let dispatcher: Dispatcher | undefined
  prototype.setHeaderFactory = function capture(this: Dispatcher, factory) {
    dispatcher = this
    original.call(this, factory)
  }
  try {
    const emulator = await createEmulator({ service: 'slack', port: 0, seed: { slack: seed() } })
    if (dispatcher !== undefined) return { emulator, dispatcher }
    await emulator.close()
    throw new Error(
      'emulate no longer sets a header factory: pin 0.12.2, or find another way to its dispatcher.',
    )
  } finally {
    prototype.setHeaderFactory = original
  }
}

/** An emulator of our own gets a dispatcher of the same class as the built-in ones. */
async function dispatcherPrototype(): Promise<Dispatcher> {
  let prototype: Dispatcher | undefined
  const probe = await createEmulator({
    listen: false,
    service: defineEmulator({
      name: 'probe',
      state: () => ({}),
      setup: ({ webhooks }) => {
        prototype = Object.getPrototypeOf(webhooks)
      },
    }),
  })
  await probe.close()
  if (prototype === undefined) throw new Error('emulate no longer runs setup at start: pin 0.12.2.')
  return prototype
}

function seed(): Json {
  const bot = { app_id: BOT.appId, bot_id: BOT.botId, bot_user_id: BOT.userId, scopes: SCOPES }
  return {
    team: { name: 'Parley Test', domain: 'parley-test' },
    users: [{ name: 'alice', real_name: 'Alice' }],
    signing_secret: SIGNING_SECRET,
    strict_scopes: true,
    oauth_apps: [
      {
        ...bot,
        client_id: '1.2',
        client_secret: 'a-client-secret',
        name: 'Parley',
        redirect_uris: ['http://127.0.0.1/cb'],
        bot_name: 'parley',
      },
    ],
    tokens: [
      { ...bot, token: BOT.token, type: 'bot', user_id: BOT.userId },
      { token: ALICE_TOKEN, type: 'user', user: 'alice' },
    ],
  }
}

/** Fills in what its events leave out, and derives the `app_mention` that it never sends. */
function completeEvents(dispatcher: Dispatcher): void {
  const dispatch = dispatcher.dispatch.bind(dispatcher)
  /** Author of each message seen, by `channel:ts`: reactions do not say whose message they are on. */
  const authors = new Map<string, string>()
  let mentions = 0
  dispatcher.dispatch = async (name, action, payload, owner, repo) => {
    if (owner !== OWNER || !isJson(payload) || !isJson(payload.event)) {
      return dispatch(name, action, payload, owner, repo)
    }
    const event = completed(payload.event, textOf(payload.team_id), authors)
    const body = { ...envelope(textOf(payload.team_id)), ...payload, event }
    await dispatch(name, action, body, owner, repo)
    if (!isMention(event)) return
    mentions += 1
    const { channel_type: _, ...mention } = event
    const again = { ...body, event_id: `Ev0MENTION${mentions}`, event: { ...mention, type: 'app_mention' } }
    await dispatch('app_mention', undefined, again, owner, repo)
  }
}

function completed(event: Json, team: string, authors: Map<string, string>): Json {
  const { item } = event
  if (event.type === 'message') {
    if (event.user !== undefined) authors.set(`${event.channel}:${event.ts}`, textOf(event.user))
    const own = event.user === BOT.userId ? { bot_id: BOT.botId, app_id: BOT.appId } : {}
    const kind = textOf(event.channel).startsWith('D') ? 'im' : 'channel'
    return { event_ts: event.ts, channel_type: kind, team, ...own, ...event }
  }
  const author = isJson(item) ? authors.get(`${item.channel}:${item.ts}`) : undefined
  const at = { event_ts: (Date.now() / 1_000).toFixed(6) }
  return author === undefined ? { ...at, ...event } : { ...at, item_user: author, ...event }
}

const isMention = (event: Json): boolean =>
  event.type === 'message' &&
  event.subtype === undefined &&
  event.channel_type === 'channel' &&
  event.user !== BOT.userId &&
  textOf(event.text).includes(`<@${BOT.userId}>`)

const envelope = (team: string): Json => ({
  token: 'a-verification-token-nobody-reads',
  api_app_id: BOT.appId,
  authorizations: [
    { enterprise_id: null, team_id: team, user_id: BOT.userId, is_bot: true, is_enterprise_install: false },
  ],
  is_ext_shared_channel: false,
})

/** @throws Error with the platform's code when it refuses. */
async function call(url: string, token: string, args: Json): Promise<Json> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  })
  const answer: unknown = await response.json()
  if (isJson(answer) && answer.ok === true) return answer
  throw new Error(`${url} answered ${response.status} ${JSON.stringify(answer)}`)
}
