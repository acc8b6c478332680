/**
 * The composition root: config -> store -> model -> dialogue -> adapters. The only place that wires things.
 */
import type { Logger } from 'pino'
import type { Host, Platform } from '#adapters/platform.ts'
import { SupervisedPlatform } from '#adapters/supervise.ts'
import type { Config, EmojiConfig, ReviewConfig } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { type Clock, systemClock } from './clock.ts'
import { Accounts } from './delivery/accounts.ts'
import { createDialogue, type Meanwhile } from './dialogue/dialogue.ts'
import { RunningReplies } from './dialogue/running.ts'
import { Stopping } from './dialogue/stopping.ts'
import { systemPrompt } from './dialogue/system-prompt.ts'
import { SystemPrompts } from './dialogue/system-prompts.ts'
import { ConfigError } from './errors.ts'
import { type LateFeedback, lateFeedback } from './feedback/late-feedback.ts'
import type { SchedulerDeps } from './feedback/scheduler.ts'
import { openFront } from './http/front.ts'
import { askReadiness } from './http/readiness.ts'
import { createLateBestOfN } from './learning/best-of-n/late-best-of-n.ts'
import { lateReward } from './learning/best-of-n/late-reward.ts'
import { USUAL_RUNS } from './learning/jobs/place.ts'
import type { RewardModel } from './learning/reward/reward-model.ts'
import { createLateRollout } from './learning/rollout/late-rollout.ts'
import { chooseModel, type ModelSettings } from './model/choose.ts'
import type { LanguageModel, Sampling } from './model/model.ts'
import { quickFetch } from './model/openai/fetch.ts'
import { openedOnce } from './opened-once.ts'
import type { AccessLists } from './safety/access.ts'
import { Audit, audited } from './safety/audit.ts'
import { Budgets, type Limits } from './safety/budgets.ts'
import { latePrivacy } from './safety/late-privacy.ts'
import type { PrivacyDesk } from './safety/privacy-desk.ts'
import { Pseudonyms } from './safety/pseudonyms.ts'
import { ShownReplies } from './store/shown-replies.ts'
import { openStore, type Store } from './store/store.ts'
import { Transcripts } from './store/transcripts.ts'
import { createLog } from './telemetry/log.ts'
import { openAnnouncements } from './turns/open-announcements.ts'
import { openInbox } from './turns/open-inbox.ts'

export interface Parts {
  readonly store: Store
  readonly model: LanguageModel
  readonly sampling: Sampling
  readonly platforms: readonly Platform[]
  readonly systemPrompt: string | undefined
  readonly contextTokens: number
  /** `queue` by default. */
  readonly meanwhile?: Meanwhile | undefined
  /** Who may ask, and where; everybody by default. */
  readonly access?: AccessLists | undefined
  /** Answers a day; nothing is limited by default. */
  readonly limits?: Limits | undefined
  readonly emoji: EmojiConfig
  /** How to ask a model that was learned from feedback. Absent: only `model` ever answers. */
  readonly learned?: ModelSettings | undefined
  /** Absent when every answer is the first one. */
  readonly bestOf?: BestOf | undefined
  /** Where training jobs are kept. Absent: there are none to show. */
  readonly runs?: string | undefined
  /** Absent when no replies are drawn for review. */
  readonly review?: ReviewConfig | undefined
  readonly host: string
  readonly port: number
  readonly clock: Clock
  readonly log: Logger
}

/** Several answers are drawn, and the reward model's choice is given (`src/learning/best-of-n`). */
export interface BestOf {
  readonly replies: number
  readonly suggestions: number
  /** Called by the first answer that needs it, once unless it fails. */
  readonly reward: () => Promise<RewardModel>
}

export interface Parley {
  readonly url: string
  /** Resolves when every platform is up or has definitively failed. */
  readonly settled: Promise<void>
  readonly ledger: LateFeedback['ledger']
  readonly privacy: PrivacyDesk
  /** Take nothing new, finish what runs within `drainMs`, close everything (rule T7). */
  stop(drainMs: number): Promise<void>
}

/** Parley from the environment: what `parley start` runs. */
export async function start(env: NodeJS.ProcessEnv): Promise<Parley & { readonly config: Config }> {
  const config = await loadConfig(env)
  const log = createLog(config.logLevel)
  const store = await openStore(config.store, log, config.encryptionKeys)
  const model = await chooseModel(config.model, { clock: systemClock, fetch: quickFetch })
  const platforms = await openPlatforms(config, model, store, log)
  if (platforms.length === 0) {
    await store.close()
    throw nobodyCanReachUs()
  }
  const { sampling } = config.model
  const { systemPrompt, contextTokens, meanwhile, access, limits, emoji, review, host, port } = config
  const parley = await assemble({
    learned: config.model,
    runs: USUAL_RUNS,
    bestOf: bestOf(config),
    ...{ store, model, sampling, platforms, systemPrompt, contextTokens, meanwhile, emoji, review },
    ...{ access, limits, host, port, log },
    clock: systemClock,
  })
  process.stdout.write(`Parley is ready at ${parley.url}. Answers come from ${model.label}.\n`)
  return { ...parley, config }
}

function bestOf({ bestOf, model: { apiKey, baseUrl } }: Config): BestOf | undefined {
  if (bestOf === undefined) return undefined
  const { replies, suggestions, ...reward } = bestOf
  const env = { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl }
  return {
    ...{ replies, suggestions },
    reward: lateReward(reward, { env, fetch }),
  }
}

const nobodyCanReachUs = (): ConfigError =>
  new ConfigError('PARLEY_WEB', {
    got: 'off',
    expected: 'on, as long as neither Slack nor Discord is configured',
    fix: 'Set SLACK_BOT_TOKEN or DISCORD_TOKEN, or take PARLEY_WEB=off away.',
  })

/** Wires the parts and begins to serve. Tests bring parts of their own. */
export async function assemble(parts: Parts): Promise<Parley> {
  const { store, sampling, platforms, contextTokens, meanwhile, emoji, clock, log } = parts
  const shownReplies = new ShownReplies(store.keyv('shown'))
  const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
  const prompt = systemPrompt(parts.systemPrompt)
  const systemPrompts = await SystemPrompts.open(store.keyv('prompts'), prompt)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const audit = new Audit(store.keyv('audit'))
  const { learned: settings, bestOf } = parts
  const reward = bestOf && openedOnce(bestOf.reward)
  const choosing = (model: LanguageModel): LanguageModel =>
    reward === undefined ? model : createLateBestOfN(model, { reward, clock, log })
  const configured = choosing(parts.model)
  const model =
    settings === undefined
      ? configured
      : createLateRollout({
          ...{ configured, choosing, settings, audit, clock, log, fetch },
          replies: () => feedback.repliesWithFeedback(),
          models: store.keyv('models'),
          exposures: store.keyv('exposures'),
          // Nobody outside knows what a pseudonym is made of.
          salt: pseudonyms.of({ platform: 'parley', id: 'rollout' }),
        })
  const stopping = new AbortController()
  const feedback = lateFeedback(async () => {
    const { createFeedback } = await import('./feedback/feedback.ts')
    const { createReplies } = await import('./dialogue/replies.ts')
    const replies = createReplies({ transcripts, shownReplies, model, sampling, systemPrompts, clock })
    return createFeedback({
      ...{ store, shownReplies, transcripts, replies, pseudonyms, emoji, clock, log },
      ...{ model, sampling, contextTokens, bestOf: bestOf?.suggestions },
      signal: stopping.signal,
    })
  })
  transcripts.onDeleted(feedback.takeBack)
  const consents = openedOnce(async () => {
    const { Consents } = await import('./safety/consent.ts')
    return new Consents(store.keyv('consent'), pseudonyms)
  })
  const supervised = platforms.map((platform) => new SupervisedPlatform(platform))
  const inbox = openInbox(store, clock)
  const dialogue = createDialogue({
    ...{ shownReplies, transcripts, model, sampling, contextTokens, meanwhile, clock, log },
    inbox,
    access: parts.access,
    bestOf: bestOf?.replies,
    announcements: openAnnouncements(store, clock, log),
    budgets: new Budgets({ limits: parts.limits ?? {}, counts: store.keyv('budgets'), pseudonyms, clock }),
    systemPrompt: prompt,
    stage: async (name, signal) => {
      const platform = named(platforms, name)
      await supervised.find((each) => each.platform === platform)?.whenUp(signal)
      return platform
    },
  })
  const privacy = latePrivacy(async () => {
    const { createPrivacy } = await import('./safety/privacy.ts')
    const desk = createPrivacy({
      sources: [
        await dialogue.personalData(),
        ...platforms.flatMap(({ personalData }) => personalData ?? []),
        ...(await feedback.opened()).personalData,
      ],
      ...{ consents: await consents(), log, settle: () => store.settle() },
    })
    return audited(desk, { audit, pseudonyms, by: 'person', now: () => clock.now() })
  })
  const host: Host = {
    accept: dialogue.accept,
    owns: dialogue.owns,
    react: async (reaction) => {
      const ours = await feedback.ledger.react(reaction)
      log.debug({ message: reaction.message, kind: reaction.kind, ours }, 'reaction')
    },
    vote: feedback.ledger.vote,
    stop: dialogue.stop,
    regenerate: dialogue.regenerate,
    edited: dialogue.edited,
    deleted: dialogue.deleted,
    feedback: feedback.desk,
    comparisons: feedback.comparisons,
    privacy,
    console: feedback.console,
    insights: feedback.insights,
    training: async () => {
      const { shownTraining } = await import('./learning/jobs/shown.ts')
      return shownTraining(parts.runs, clock)
    },
    log,
  }
  const front = await openFront(parts.host, parts.port, {
    mounts: platforms.flatMap(({ routes }) => routes ?? []),
    readiness: () =>
      askReadiness({
        ...{ store, queue: inbox },
        platforms: () => supervised.map(({ platform: { name }, state }) => ({ name, state })),
        stopping: () => stopping.signal.aborted,
      }),
  })
  dialogue.start()
  const reviewing = review(
    parts,
    async () => {
      const { comparisons, replies } = await feedback.opened()
      const choices = await consents()
      return {
        ...{ comparisons, replies, pseudonyms, clock, log, days: store.keyv('reviews') },
        replyIds: () => shownReplies.replies(),
        allows: (pseudonym) => choices.allows(pseudonym),
      }
    },
    stopping.signal,
  )
  const starts = supervised.map((each) => each.start({ host, clock, log, signal: stopping.signal }))
  const settled = Promise.all(starts).then(() => {})
  // Whoever named a wrong one hears of it now, and the first answer need not wait for it.
  const known = reward === undefined ? undefined : settled.then(reward)
  known?.catch((error: unknown) => log.warn({ err: error }, 'no reward model yet: first answers are given'))
  return {
    ...{ url: front.url, settled },
    ...{ ledger: feedback.ledger, privacy },
    stop: async (drainMs) => {
      stopping.abort()
      const open = await inbox.waiting().catch(() => undefined)
      log.info({ open, drainMs }, 'stopping: nothing more is taken in, and running answers end')
      await Promise.all(supervised.map((each) => each.stop({ clock, log })))
      const handedOver = await dialogue.drain(drainMs)
      if (handedOver > 0)
        log.warn({ handedOver }, 'stopped before every answer was complete; the next start goes on')
      await reviewing
      await front.close()
      await store.close()
      log.info({ handedOver }, 'stopped')
    },
  }
}

/** Draws replies for review, when the operator named a channel whose platform can post an invitation. */
async function review(
  { review: settings, platforms, log }: Parts,
  open: () => Promise<Omit<SchedulerDeps, 'invite'>>,
  signal: AbortSignal,
): Promise<void> {
  if (settings === undefined) return
  const platform = named(platforms, settings.platform)
  if (platform.invite === undefined) {
    log.error({ platform: platform.name }, 'no reviews: this platform cannot post invitations')
    return
  }
  const invite: SchedulerDeps['invite'] = async (invitation, signal) => platform.invite?.(invitation, signal)
  const { ReviewScheduler } = await import('./feedback/scheduler.ts')
  await new ReviewScheduler(settings, { ...(await open()), invite }).run(signal)
}

/** What people may ask about themselves, without serving: what `parley privacy` runs, also beside a Parley that serves. */
export async function openPrivacy(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly privacy: PrivacyDesk; readonly close: () => Promise<void> }> {
  const config = await loadConfig(env)
  const log = createLog(config.logLevel)
  const store = await openStore(config.store, log, config.encryptionKeys)
  const clock = systemClock
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const shownReplies = new ShownReplies(store.keyv('shown'))
  const { createWeb } = await import('#adapters/web/web.ts')
  const web = createWeb({ modelLabel: 'none' }, { store: store.keyv('web'), clock, log })
  const inbox = openInbox(store, clock)
  const announcements = openAnnouncements(store, clock, log)
  // The process that writes an answer is another one, if there is any. On a file it cannot be told.
  const stopping = new Stopping({ running: new RunningReplies(), announcements, inbox, shownReplies })
  const { Conversations } = await import('./dialogue/personal-data.ts')
  const conversations = new Conversations({
    ...{ shownReplies, clock, inbox },
    transcripts: new Transcripts(store.keyv('transcript'), store.keyv('window')),
    withdraw: (thread, questions) => stopping.withdrawQuestions(thread, questions),
  })
  const { openFeedback } = await import('./feedback/open-feedback.ts')
  const { Consents } = await import('./safety/consent.ts')
  const { createPrivacy } = await import('./safety/privacy.ts')
  const desk = createPrivacy({
    consents: new Consents(store.keyv('consent'), pseudonyms),
    sources: [
      conversations,
      ...(web.personalData ?? []),
      ...openFeedback(store, { shownReplies, pseudonyms }).personalData,
    ],
    ...{ log, settle: () => store.settle() },
  })
  const audit = new Audit(store.keyv('audit'))
  const privacy = audited(desk, { audit, pseudonyms, by: 'operator', now: () => clock.now() })
  return { privacy, close: () => store.close() }
}

/** Loads what a start, or a first request, may load. For `parley warm`. */
export async function preload(): Promise<void> {
  await import('#config/file-settings.ts')
  await import('#config/yaml.ts')
  await import('#adapters/slack/slack.ts')
  await import('#adapters/slack/interactions.ts')
  await import('#adapters/slack/socket.ts')
  await import('#adapters/slack/stopped.ts')
  await import('#adapters/discord/discord.ts')
  await import('./turns/leases.ts')
  await import('#adapters/web/web.ts')
  await import('#adapters/web/http/app.ts')
  await import('./dialogue/replies.ts')
  await import('./dialogue/personal-data.ts')
  await import('./feedback/feedback.ts')
  const { loadFolds } = await import('./feedback/insights.ts')
  await loadFolds()
  await import('./feedback/console/console.ts')
  await import('./feedback/scheduler.ts')
  await import('./feedback/replies-with-feedback.ts')
  await import('./safety/consent.ts')
  await import('./safety/privacy.ts')
  await import('./learning/jobs/shown.ts')
  await import('./model/rehearsal.ts')
  await import('./model/gguf.ts')
  await import('./model/servers.ts')
  const { loadSdk } = await import('./model/openai/openai.ts')
  await loadSdk()
}

/** A platform's SDK is loaded only when that platform is configured: it is what start time and memory go to. */
async function openPlatforms(
  config: Config,
  model: LanguageModel,
  store: Store,
  log: Logger,
): Promise<Platform[]> {
  const deps = { log, clock: systemClock, accounts: new Accounts(systemClock) }
  const platforms: Platform[] = []
  if (config.slack) {
    const { createSlack } = await import('#adapters/slack/slack.ts')
    platforms.push(createSlack(config.slack, deps))
  }
  if (config.discord) {
    const { createDiscord } = await import('#adapters/discord/discord.ts')
    const { openLeases } = await import('./turns/leases.ts')
    platforms.push(
      createDiscord(config.discord, {
        ...deps,
        leases: openLeases(store, systemClock),
        memory: store.keyv('discord'),
      }),
    )
  }
  if (config.web) {
    const { createWeb } = await import('#adapters/web/web.ts')
    platforms.push(
      createWeb({ ...config.web, modelLabel: model.label }, { ...deps, store: store.keyv('web') }),
    )
  }
  return platforms
}

function named(platforms: readonly Platform[], name: string): Platform {
  const platform = platforms.find((each) => each.name === name)
  if (platform === undefined)
    throw new Error(
      `a question from ${name} waits, but ${name} is not configured; configure it again to answer`,
    )
  return platform
}
