/**
 * Every setting of Parley, once: its place in `parley.yaml` (the shape of the schema), its kind and limits, its
 * default, its environment variable, and what people are told about it. The loader, `.env.example` and
 * `parley.example.yaml` are made from this table, so they cannot drift (see `write-examples.ts`).
 */
import * as z from 'zod'
import { facts, type SettingFacts } from './facts.ts'
import {
  choice,
  decimal,
  emojiOfWorkspaces,
  encryptionKeys,
  host,
  httpUrl,
  names,
  onOff,
  store,
  text,
  token,
  whole,
} from './kinds.ts'
import { learningSettings } from './learning-settings.ts'

/** Longer than any of these waits can sensibly be, and below 2^31 ms, where Node's timers fire at once. */
const HOUR_MS = 3_600_000

/** Above every model's window today; a typing error with one digit too many is caught. */
const MOST_TOKENS = 10_000_000

/** A typing error with some digits too many is caught. */
const MOST_ANSWERS = 10_000_000
const answersADay = whole(1, MOST_ANSWERS, 'answers')

export const settings = z.object({
  host: host.default('127.0.0.1').register(facts, {
    env: 'PARLEY_HOST',
    about:
      'Where Parley listens. Only this machine reaches 127.0.0.1; use 0.0.0.0 to let others in, with a web token.',
  }),
  port: whole(0, 65_535).default(3978).register(facts, {
    env: 'PARLEY_PORT',
    about: 'The port for the web workspace, Slack over HTTP, health and metrics. 0 takes any free port.',
  }),
  store: store.default('sqlite:./data/parley.sqlite').register(facts, {
    env: 'PARLEY_STORE',
    about:
      'Where conversations and feedback are kept: sqlite: and a file; postgres://user:password@host/database, which ' +
      'several replicas may share; or memory:, which forgets everything when Parley stops.',
  }),
  systemPrompt: text.optional().register(facts, {
    env: 'PARLEY_SYSTEM_PROMPT',
    about: 'What the model is told before every conversation. Without it, Parley has its own.',
    example: 'You are a helpful assistant in a team chat.',
  }),
  contextTokens: whole(200, MOST_TOKENS, 'tokens').default(16_000).register(facts, {
    env: 'PARLEY_CONTEXT_TOKENS',
    about:
      'How much of a conversation one prompt may hold, in tokens. Older messages are left out, and people are told.',
  }),
  meanwhile: choice('queue', 'interrupt').default('queue').register(facts, {
    env: 'PARLEY_MEANWHILE',
    about:
      'What happens to a question that comes while an answer is being written in its thread: queue lets it wait for the end of that answer; interrupt stops that answer, which keeps its text so far, and answers the question next.',
  }),
  drainMs: whole(0, HOUR_MS, 'milliseconds').default(20_000).register(facts, {
    env: 'PARLEY_DRAIN_MS',
    about: 'How long running replies may take to finish when Parley is stopped, in milliseconds.',
  }),

  access: z.object({
    people: names.optional().register(facts, {
      env: 'PARLEY_ALLOW_PEOPLE',
      about:
        'Whom Parley answers: ids of people, ids of Discord roles, or web for everybody of the web workspace, separated by commas. Whoever else asks is told so. Without it, everybody.',
      example: 'U0123,900000000000000001,web',
    }),
    channels: names.optional().register(facts, {
      env: 'PARLEY_ALLOW_CHANNELS',
      about:
        'Where Parley answers: ids of channels, of Slack workspaces or of Discord servers, or web, separated by commas. Without it, everywhere, also in direct messages.',
      example: 'C0123,web',
    }),
    deny: names.optional().register(facts, {
      env: 'PARLEY_DENY',
      about:
        'Whom and where Parley does not answer, whatever else allows it: ids of people, roles, channels, workspaces or servers, separated by commas.',
      example: 'U0456,C0456',
    }),
  }),

  limits: z.object({
    person: answersADay.optional().register(facts, {
      env: 'PARLEY_LIMIT_PERSON',
      about:
        'How many answers a person may have a day, of UTC. Whoever has had them is told so. Without it, as many as they like.',
      example: '100',
    }),
    channel: answersADay.optional().register(facts, {
      env: 'PARLEY_LIMIT_CHANNEL',
      about: 'The same for all people of a channel together.',
      example: '500',
    }),
    workspace: answersADay.optional().register(facts, {
      env: 'PARLEY_LIMIT_WORKSPACE',
      about: 'The same for a whole Slack workspace, a Discord server, or the web workspace.',
      example: '2000',
    }),
  }),

  model: z.object({
    names: names.optional().register(facts, {
      env: 'PARLEY_MODEL',
      about:
        'The models to ask, first one first, separated by commas; the next one is asked when one fails. A path that ends in .gguf runs in this process, and rehearsal is a stand-in that needs nothing. Without it, Parley looks for a model itself.',
      example: 'gpt-6-luna,rehearsal',
    }),
    apiKey: token().optional().register(facts, {
      env: 'OPENAI_API_KEY',
      about: 'The key of OpenAI, or of the server that OPENAI_BASE_URL names.',
      example: 'sk-example',
      fix: 'Copy the key again, as one line.',
      secret: true,
    }),
    baseUrl: httpUrl.optional().register(facts, {
      env: 'OPENAI_BASE_URL',
      about: 'A server that speaks the OpenAI protocol, for example Ollama, LM Studio, vLLM or llama.cpp.',
      example: 'http://127.0.0.1:11434/v1',
    }),
    wire: choice('auto', 'responses', 'chat').default('auto').register(facts, {
      env: 'PARLEY_MODEL_WIRE',
      about:
        'Which OpenAI protocol is spoken: responses, chat (Chat Completions), or auto: responses with OpenAI itself, chat with every other server.',
    }),
    firstByteMs: whole(1, HOUR_MS, 'milliseconds').default(60_000).register(facts, {
      env: 'PARLEY_MODEL_FIRST_BYTE_MS',
      about: 'How long to wait for a model to begin its answer, in milliseconds.',
    }),
    idleMs: whole(1, HOUR_MS, 'milliseconds').default(30_000).register(facts, {
      env: 'PARLEY_MODEL_IDLE_MS',
      about: 'How long a model may pause within its answer, in milliseconds.',
    }),
    temperature: decimal(0, 2).optional().register(facts, {
      env: 'PARLEY_MODEL_TEMPERATURE',
      about:
        'How freely words are drawn: 0 is the most likely word each time. Some models refuse this setting.',
      example: '0.7',
    }),
    topP: decimal(0, 1).optional().register(facts, {
      env: 'PARLEY_MODEL_TOP_P',
      about:
        'Draw only from the likeliest words that together have this probability. Some models refuse this setting.',
      example: '0.9',
    }),
    maxTokens: whole(1, MOST_TOKENS, 'tokens').optional().register(facts, {
      env: 'PARLEY_MODEL_MAX_TOKENS',
      about: 'The longest answer, in tokens. Without it, the server decides.',
      example: '2000',
    }),
    dir: text.default('./data/models').register(facts, {
      env: 'PARLEY_MODELS_DIR',
      about: 'Where GGUF model files are looked for.',
    }),
  }),

  slack: z.object({
    botToken: token({ prefix: 'xoxb-' }).optional().register(facts, {
      env: 'SLACK_BOT_TOKEN',
      about: 'The Bot User OAuth Token of your Slack app (page OAuth & Permissions). It turns Slack on.',
      example: 'xoxb-example',
      fix: 'Copy the Bot User OAuth Token from your Slack app, page OAuth & Permissions.',
      secret: true,
    }),
    signingSecret: token().optional().register(facts, {
      env: 'SLACK_SIGNING_SECRET',
      about: 'The Signing Secret (page Basic Information), when Slack sends events to Parley over HTTP.',
      example: 'example',
      fix: 'Copy the Signing Secret from your Slack app, page Basic Information.',
      secret: true,
    }),
    appToken: token({ prefix: 'xapp-' }).optional().register(facts, {
      env: 'SLACK_APP_TOKEN',
      about:
        'An app-level token with connections:write (page Basic Information), for Socket Mode: no public address is needed.',
      example: 'xapp-example',
      fix: 'Make an app-level token with connections:write in your Slack app, page Basic Information.',
      secret: true,
    }),
    apiUrl: httpUrl.optional().register(facts, {
      env: 'SLACK_API_URL',
      about: 'Another address of the Slack Web API, for tests and proxies.',
      example: 'https://slack.com/api/',
    }),
  }),

  discord: z.object({
    token: token().optional().register(facts, {
      env: 'DISCORD_TOKEN',
      about: 'The token of your Discord bot (page Bot in the developer portal). It turns Discord on.',
      example: 'example',
      fix: 'Copy the token from the Discord developer portal, page Bot.',
      secret: true,
    }),
    apiUrl: httpUrl.optional().register(facts, {
      env: 'DISCORD_API_URL',
      about: 'Another address of the Discord API, for tests and proxies.',
      example: 'https://discord.com/api',
    }),
    catchUpHours: whole(0, 168, 'hours').default(24).register(facts, {
      env: 'PARLEY_DISCORD_CATCH_UP_HOURS',
      about:
        'How far back to look for what was said on Discord while Parley was away, in hours; 0 for not at all. Slack sends such messages again by itself.',
    }),
  }),

  web: z.object({
    enabled: onOff.default(true).register(facts, {
      env: 'PARLEY_WEB',
      about: 'The web workspace: on or off.',
    }),
    token: token({ atLeast: 16 }).optional().register(facts, {
      env: 'PARLEY_WEB_TOKEN',
      about:
        'What people enter to use the web workspace; at least 16 characters. Needed when other machines can reach it.',
      example: 'change-me',
      fix: 'Make one, for example with `openssl rand -hex 24`.',
      secret: true,
    }),
  }),

  secrets: z.object({
    encryptionKeys: encryptionKeys.optional().register(facts, {
      env: 'PARLEY_ENCRYPTION_KEYS',
      about:
        'Seals the secrets in the store with AES-256-GCM; 64 hexadecimal digits. To change it, put the new key in front of the old one, separated by a comma, restart, and then take the old one away. Without it the secrets lie in the store as they are.',
      example: 'change-me',
      fix: 'Make one with `openssl rand -hex 32`.',
      secret: true,
    }),
  }),

  ...learningSettings,

  emoji: z.object({
    good: names.optional().register(facts, {
      env: 'PARLEY_EMOJI_GOOD',
      about:
        'Reactions that mean a good answer, besides 👍 ❤️ 🎉 ✅ 💯 🙏 🔥 ⭐ 👏 🙌 😍: the emoji, its short name, or name:id for a Discord emoji of your own. Skin tones do not matter.',
      example: '🚀,rocket,shipit',
    }),
    bad: names.optional().register(facts, {
      env: 'PARLEY_EMOJI_BAD',
      about: 'Reactions that mean a bad answer, besides 👎 ❌ 😡 🤮 💩 🚫 😕.',
      example: '🗑️,wastebasket',
    }),
    neutral: names.optional().register(facts, {
      env: 'PARLEY_EMOJI_NEUTRAL',
      about: 'Reactions that mean nothing, although they are named above. All others mean nothing anyway.',
      example: '✅,🙏',
    }),
    workspaces: emojiOfWorkspaces.optional().register(facts, {
      env: 'PARLEY_EMOJI_WORKSPACES',
      about:
        'The same for single workspaces, by the id of the Slack workspace or the Discord server. What is said here goes before what is said for all.',
      example: '{"T0123ABCD": {"good": ["shipit"], "neutral": ["fire"]}}',
      fix: 'Write it like {"T0123ABCD": {"good": ["shipit"], "neutral": ["fire"]}}.',
    }),
  }),

  log: z.object({
    level: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')
      .default('info')
      .register(facts, {
        env: 'PARLEY_LOG_LEVEL',
        about: 'How much is written to the log. What people write is never logged above debug.',
      }),
  }),
})

/** What the settings are once they are right. */
export type Settings = z.output<typeof settings>

/** One setting, found in the table by either of its names. */
export interface Setting extends SettingFacts {
  /** Its place in `parley.yaml`, for example `['model', 'names']`. */
  readonly path: readonly string[]
  /** The same with dots. */
  readonly key: string
  /** The value when nobody sets it, as a person would write it; absent without a default. */
  readonly preset?: string
}

/** Every setting, in the order of the table. */
export const everySetting: readonly Setting[] = settingsIn(settings, [])

/** The names of the groups in `parley.yaml`. */
export const groupNames: readonly string[] = [
  ...new Set(everySetting.flatMap(({ path }) => (path.length > 1 ? path.slice(0, 1) : []))),
]

function settingsIn(group: z.ZodObject, above: readonly string[]): Setting[] {
  return Object.entries(group.shape).flatMap(([name, schema]) => {
    const path = [...above, name]
    if (schema instanceof z.ZodObject) return settingsIn(schema, path)
    const known = facts.get(schema)
    if (known === undefined) throw new Error(`The setting ${path.join('.')} has no facts.`)
    const preset = presetOf(schema)
    return [{ ...known, path, key: path.join('.'), ...(preset !== undefined && { preset }) }]
  })
}

function presetOf(schema: z.core.$ZodType): string | undefined {
  const value: unknown = z.parse(schema, undefined)
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === undefined ? undefined : String(value)
}
