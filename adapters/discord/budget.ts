/**
 * What Discord bears, and a REST API that asks for no more (rule D3).
 *
 * Posts and edits of a channel are counted apart, about five in five seconds each; a thread is a channel of its own.
 * Where Discord grants less, the accounts learn it from its headers before anything is refused; from the same headers
 * they learn when a window ends, and all its room is back.
 *
 * @see https://docs.discord.com/developers/topics/rate-limits
 */
import type { Account } from '#core/delivery/account.ts'
import { type Accounts, takeAll } from '#core/delivery/accounts.ts'
import type { Limit } from '#core/delivery/budget.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import type { DiscordApi } from './api.ts'
import { faultOf } from './fault.ts'
import type { HeardLimit } from './rate-headers.ts'

const POSTS: Limit = { writes: 5, windowMs: 5_000, reserve: 0 }
/** The last write of a reply is an edit, and finds room at once. */
const EDITS: Limit = { writes: 5, windowMs: 5_000, reserve: 1 }
/** All routes of a bot together bear fifty a second; the rest is for what is no reply. */
const EVERYWHERE: Limit = { writes: 45, windowMs: 1_000, reserve: 0 }

/** What the growth of a reply in this channel is charged to. */
export const editsIn = (accounts: Accounts, channel: string): Account =>
  accounts.account(`discord ${channel} edits`, EDITS)

const postsIn = (accounts: Accounts, channel: string): Account =>
  accounts.account(`discord ${channel} posts`, POSTS)

const everywhere = (accounts: Accounts): Account => accounts.account('discord', EVERYWHERE)

function accountOf(accounts: Accounts, of: HeardLimit['of']): Account {
  if (of === 'everything') return everywhere(accounts)
  return of.writes === 'posts' ? postsIn(accounts, of.channel) : editsIn(accounts, of.channel)
}

/** Discord said how much of a limit remains. */
export function learn(accounts: Accounts, { of, remaining, resetAfterMs }: HeardLimit): void {
  accountOf(accounts, of).report(remaining, resetAfterMs)
}

/**
 * The same API, charged: a call that finds no room is refused here, as Discord would refuse it, and never sent.
 *
 * @param by the reply that pays.
 */
export function charged(api: DiscordApi, accounts: Accounts, by: object): DiscordApi {
  async function pay<T>(account: Account, call: () => Promise<T>): Promise<T> {
    const taken = takeAll([account, everywhere(accounts)], by)
    if (!taken.ok) {
      const { retryAfterMs } = taken
      throw new SurfaceError({ kind: 'rate_limited', retryAfterMs }, 'Discord: no room for this write yet.')
    }
    try {
      return await call()
    } catch (error) {
      const fault = faultOf(error)
      if (fault?.kind === 'rate_limited') account.refused(fault.retryAfterMs)
      throw error
    } finally {
      taken.settle()
    }
  }

  return {
    ...api,
    post: (channel, ...rest) => pay(postsIn(accounts, channel), () => api.post(channel, ...rest)),
    edit: (channel, ...rest) => pay(editsIn(accounts, channel), () => api.edit(channel, ...rest)),
  }
}
