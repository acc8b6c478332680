/**
 * What Slack bears, and a Web API that asks for no more (rule D3).
 *
 * Limits are per method, workspace and app; the tiers are floors ("20+ a minute"), and we take them at their word.
 * Sources: docs.slack.dev/apis/web-api/rate-limits and the page of each method.
 */
import type { Account } from '#core/delivery/account.ts'
import { type Accounts, takeAll } from '#core/delivery/accounts.ts'
import type { Limit } from '#core/delivery/budget.ts'
import type { SlackApi } from './api.ts'
import { SlackCallError } from './fault.ts'
import type { Place } from './place.ts'

const MINUTE_MS = 60_000
const perMinute = (writes: number, reserve = 0): Limit => ({ writes, windowMs: MINUTE_MS, reserve })

const LIMITS = {
  /** Tier 2. */
  'chat.startStream': perMinute(20),
  /** Tier 4. Only grows: the last text goes out with `chat.stopStream`. */
  'chat.appendStream': perMinute(100),
  /** Tier 2. */
  'chat.stopStream': perMinute(20),
  /** Tier 3. A reply that is edited ends with an edit. */
  'chat.update': perMinute(50, 2),
  /** "Several hundred messages a minute" of a whole workspace. */
  'chat.postMessage': perMinute(300),
  /** Tier 3. */
  'chat.delete': perMinute(50),
  /** Tier 4. */
  'chat.postEphemeral': perMinute(100),
  /** Tier 3. */
  'agents.sessions.setStatus': perMinute(50),
  /** "Special", which is said of nothing below a hundred. */
  'assistant.threads.setStatus': perMinute(100),
  /** Tier 3. */
  'conversations.replies': perMinute(50),
  /** Tier 4. */
  'users.info': perMinute(100),
  /** Tier 4. */
  'views.open': perMinute(100),
  /** Tier 4. */
  'views.update': perMinute(100),
} as const

type Method = keyof typeof LIMITS

/** One message a second in a channel, with short bursts. */
const IN_CHANNEL: Limit = { writes: 5, windowMs: 5_000, reserve: 0 }

/** Every sign that is lit has to be put out again: half of what either way of showing it bears. */
const LIGHTS: Limit = perMinute(LIMITS['agents.sessions.setStatus'].writes / 2)

export interface SlackBudget {
  /** What a reply's growth is charged to. */
  growth(streams: boolean): Account
  of(method: Method, channel?: string): readonly Account[]
  /** To show that we are working. */
  toLight(method: 'agents.sessions.setStatus' | 'assistant.threads.setStatus'): readonly Account[]
}

export function slackBudget(accounts: Accounts, team: string): SlackBudget {
  const account = (method: Method) => accounts.account(`slack ${team} ${method}`, LIMITS[method])
  return {
    growth: (streams) => account(streams ? 'chat.appendStream' : 'chat.update'),
    of: (method, channel) =>
      method === 'chat.postMessage'
        ? [account(method), accounts.account(`slack ${team} ${channel} ${method}`, IN_CHANNEL)]
        : [account(method)],
    toLight: (method) => [account(method), accounts.account(`slack ${team} signs`, LIGHTS)],
  }
}

/** @throws SlackCallError at once, as Slack would refuse it, when there is no room; the call is never made then. */
export async function paid<T>(
  method: Method,
  accounts: readonly Account[],
  by: object,
  call: () => Promise<T>,
): Promise<T> {
  const taken = takeAll(accounts, by)
  if (!taken.ok) {
    const { retryAfterMs } = taken
    throw new SlackCallError(method, 'no_room', { kind: 'rate_limited', retryAfterMs })
  }
  try {
    return await call()
  } catch (thrown) {
    if (thrown instanceof SlackCallError && thrown.fault.kind === 'rate_limited')
      for (const account of accounts) account.refused(thrown.fault.retryAfterMs)
    throw thrown
  } finally {
    taken.settle()
  }
}

/**
 * The same API, with the calls charged that write a reply. A refused start makes the reply a posted one (`lesson.ts`),
 * so nobody waits for one of the twenty starts.
 *
 * @param by the reply that pays.
 */
export function charged(api: SlackApi, budget: SlackBudget, by: object): SlackApi {
  const pay = <T>(method: Method, { channel }: Place, call: () => Promise<T>) =>
    paid(method, budget.of(method, channel), by, call)
  return {
    ...api,
    startStream: (place, ...rest) => pay('chat.startStream', place, () => api.startStream(place, ...rest)),
    appendStream: (place, ...rest) => pay('chat.appendStream', place, () => api.appendStream(place, ...rest)),
    stopStream: (place, ...rest) => pay('chat.stopStream', place, () => api.stopStream(place, ...rest)),
    post: (place, ...rest) => pay('chat.postMessage', place, () => api.post(place, ...rest)),
    update: (place, ...rest) => pay('chat.update', place, () => api.update(place, ...rest)),
    remove: (place, ...rest) => pay('chat.delete', place, () => api.remove(place, ...rest)),
  }
}

/**
 * The same API, with the calls charged that stand beside replies: signs, whispers, look-ups. One that finds no room is
 * left out or made later; no reply waits for it.
 *
 * @param budget of the workspace, which is known from the first event on.
 */
export function counted(api: SlackApi, budget: () => SlackBudget): SlackApi {
  const pay = <T>(method: Method, call: () => Promise<T>) => paid(method, budget().of(method), {}, call)
  const sign = <T>(method: Parameters<SlackBudget['toLight']>[0], lights: boolean, call: () => Promise<T>) =>
    paid(method, lights ? budget().toLight(method) : budget().of(method), {}, call)
  return {
    ...api,
    setSession: (place, status) =>
      sign('agents.sessions.setStatus', status === 'processing', () => api.setSession(place, status)),
    setStatus: (place, status) =>
      sign('assistant.threads.setStatus', status !== '', () => api.setStatus(place, status)),
    whisper: (...args) => pay('chat.postEphemeral', () => api.whisper(...args)),
    replies: (...args) => pay('conversations.replies', () => api.replies(...args)),
    person: (...args) => pay('users.info', () => api.person(...args)),
  }
}
