import type { Sampling } from '#core/model/model.ts'
import { DEFAULT_EMOJI, type EmojiMeaning } from './emoji.ts'
import type { Settings } from './settings.ts'

/** What the rest of Parley is given. Immutable; what is not set is absent. */
export interface Config {
  readonly host: string
  readonly port: number
  /** `sqlite:<path>` or `memory:`. */
  readonly store: string
  /** 64 hexadecimal digits each; the first one seals, all of them open. Absent: nothing is sealed. */
  readonly encryptionKeys?: readonly string[]
  readonly logLevel: Settings['log']['level']
  readonly drainMs: number
  readonly systemPrompt?: string
  readonly contextTokens: number
  /** What happens to a question that comes while an answer is being written in its thread (rule T2). */
  readonly meanwhile: Settings['meanwhile']
  /** Who may ask, and where (rule S7). What is not set allows everybody, everywhere. */
  readonly access: AccessConfig
  /** Answers a day (rule S7). */
  readonly limits: LimitsConfig
  readonly model: ModelConfig
  readonly slack?: SlackConfig
  readonly discord?: DiscordConfig
  /** Absent when the web workspace is off. */
  readonly web?: { readonly token?: string }
  readonly training: TrainingConfig
  /** Absent unless somebody named a channel for it. */
  readonly review?: ReviewConfig
  /** Absent when every answer is the first one. */
  readonly bestOf?: BestOfConfig
  readonly emoji: EmojiConfig
}

export interface AccessConfig {
  readonly people?: readonly string[]
  readonly channels?: readonly string[]
  readonly deny?: readonly string[]
}

/** What is not set is not limited. */
export interface LimitsConfig {
  readonly person?: number
  readonly channel?: number
  readonly workspace?: number
}

export interface ModelConfig {
  /** The route, first one first; empty when nobody chose. */
  readonly models: readonly string[]
  readonly apiKey?: string
  readonly baseUrl?: string
  readonly wire: Settings['model']['wire']
  readonly firstByteMs: number
  readonly idleMs: number
  readonly sampling: Sampling
  readonly modelsDir: string
}

/** At least one of `signingSecret` (HTTP) and `appToken` (Socket Mode) is there. */
export interface SlackConfig {
  readonly botToken: string
  readonly signingSecret?: string
  readonly appToken?: string
  readonly apiUrl?: string
}

export interface DiscordConfig {
  readonly token: string
  readonly apiUrl?: string
  /** 0: not at all. */
  readonly catchUpHours: number
}

/** What reactions mean (rule F2). */
export interface EmojiConfig {
  /** In every workspace; later ones go before earlier ones. */
  readonly everywhere: readonly EmojiMeaning[]
  /** By the platform's id; they go before the others. */
  readonly workspaces: Readonly<Record<string, EmojiMeaning>>
}

/** What may train a model, besides the consent of each person (rule S1). */
export interface TrainingConfig {
  /** Present when somebody attests that text from Slack may be used. */
  readonly slack?: {
    readonly by: string
    /** Like `2026-11-23`. */
    readonly on: string
  }
  /** Present when Discord has given its permission. */
  readonly discord?: { readonly reference: string }
  /** How old text from Slack or Discord may be. */
  readonly platformTextDays: number
}

/** Several answers are drawn, and the reward model's choice is given. */
export interface BestOfConfig {
  /** How many; at least one of the two is more than 1. */
  readonly replies: number
  readonly suggestions: number
  /** A directory, or the address of a reward service. */
  readonly address: string
  /** Where its embeddings come from, when not from where they came in training. */
  readonly embed?: string
  /** There with the address of a service. */
  readonly token?: string
}

/** Replies that are drawn at random are offered for comparison there (rule F5). */
export interface ReviewConfig {
  /** `slack`, `discord` or `web`. */
  readonly platform: string
  /** As the platform names it. */
  readonly channel: string
  readonly perDay: number
  readonly seed?: string
}

/** From the table's shape, which is made for people, to the program's. */
export function configOf(settings: Settings): Config {
  const {
    access,
    limits,
    model,
    slack,
    discord,
    web,
    secrets,
    training,
    review,
    bestOf,
    emoji,
    log,
    ...top
  } = settings
  const { names, dir, temperature, topP, maxTokens, ...call } = model
  const { botToken, ...slackRest } = slack
  return frozen({
    ...present(top),
    ...present(secrets),
    logLevel: log.level,
    access: present(access),
    limits: present(limits),
    model: {
      ...present(call),
      models: names ?? [],
      modelsDir: dir,
      sampling: present({ temperature, topP, maxTokens }),
    },
    ...(botToken !== undefined && { slack: { botToken, ...present(slackRest) } }),
    ...(discord.token !== undefined && { discord: present({ ...discord, token: discord.token }) }),
    ...(web.enabled && { web: present({ token: web.token }) }),
    training: trainingOf(training),
    ...(review.channel !== undefined && {
      review: present({ ...review.channel, perDay: review.perDay, seed: review.seed }),
    }),
    ...bestOfConfig(bestOf),
    emoji: emojiOf(emoji),
  })
}

function trainingOf(given: Settings['training']): TrainingConfig {
  const { slack, slackBy: by, slackOn: on, discordPermission: reference, platformTextDays } = given
  const attested = slack === 'own-workspace-attested' && by !== undefined && on !== undefined
  return {
    ...(attested && { slack: { by, on } }),
    ...(reference !== undefined && { discord: { reference } }),
    platformTextDays,
  }
}

function bestOfConfig({ address, ...given }: Settings['bestOf']): { readonly bestOf?: BestOfConfig } {
  const isOff = given.replies === 1 && given.suggestions === 1
  return isOff || address === undefined ? {} : { bestOf: present({ ...given, address }) }
}

function emojiOf({ workspaces = {}, ...everywhere }: Settings['emoji']): EmojiConfig {
  return { everywhere: [DEFAULT_EMOJI, present(everywhere)], workspaces }
}

/** Keys whose value may be undefined become keys that may be missing. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

function present<T extends object>(values: T): Present<T>
function present(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner)
  return Object.freeze(value)
}
