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
} as const

type Method = keyof typeof LIMITS

/** One message a second in a channel, with short bursts. */
const IN_CHANNEL: Limit = { writes: 5, windowMs: 5_000, reserve: 0 }

export interface SlackBudget {
  /** What a reply's growth is charged to. */
  growth(streams: boolean): Account
  of(method: Method, channel: string): readonly Account[]
}

export function slackBudget(accounts: Accounts, team: string): SlackBudget {
  const account = (method: Method) => accounts.account(`slack ${team} ${method}`, LIMITS[method])
  return {
    growth: (streams) => account(streams ? 'chat.appendStream' : 'chat.update'),
    of: (method, channel) =>
      method === 'chat.postMessage'
        ? [account(method), accounts.account(`slack ${team} ${channel} ${method}`, IN_CHANNEL)]
        : [account(method)],
  }
}

/**
 * The same API, charged: a call that finds no room is refused here, as Slack would refuse it, and never sent. A
 * refused start makes the reply a posted one (`lesson.ts`), so nobody waits for one of the twenty starts.
 *
 * @param by the reply that pays.
 */
export function charged(api: SlackApi, budget: SlackBudget, by: object): SlackApi {
  async function pay<T>(method: Method, { channel }: Place, call: () => Promise<T>): Promise<T> {
    const accounts = budget.of(method, channel)
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

  return {
    ...api,
    startStream: (place, ...rest) => pay('chat.startStream', place, () => api.startStream(place, ...rest)),
    appendStream: (place, ...rest) => pay('chat.appendStream', place, () => api.appendStream(place, ...rest)),
    stopStream: (place, ...rest) => pay('chat.stopStream', place, () => api.stopStream(place, ...rest)),
    post: (place, ...rest) => pay('chat.postMessage', place, () => api.post(place, ...rest)),
    update: (place, ...rest) => pay('chat.update', place, () => api.update(place, ...rest)),
  }
}
