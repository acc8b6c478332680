import type { SlackApi } from '#adapters/slack/api.ts'
import { slackBudget } from '#adapters/slack/budget.ts'
import { noDeletions } from '#adapters/slack/deletions.ts'
import { SlackCallError } from '#adapters/slack/fault.ts'
import { firstOffers } from '#adapters/slack/offers.ts'
import type { Place } from '#adapters/slack/place.ts'
import { SlackReply } from '#adapters/slack/surface.ts'
import { RateLimits } from '#test/platforms/slack/rate-limits.ts'
import { quietLog } from '#test/quiet-log.ts'
import { countedAccounts, type OpenPlatform } from './platform.ts'

/** The real surface on a workspace that takes everything, as often as Slack does. */
export function openSlack(streaming: boolean): OpenPlatform {
  return ({ clock, network, limited }) => {
    const limits = new RateLimits(clock)
    const tally = { writes: 0, refused: 0 }
    let ids = 0
    const write = (method: string, { channel }: Pick<Place, 'channel'>) =>
      network.call(() => {
        const wait = limits.take(method, channel)
        if (wait !== undefined) {
          tally.refused += 1
          throw new SlackCallError(method, 'http_429', { kind: 'rate_limited', retryAfterMs: wait * 1_000 })
        }
        tally.writes += 1
        ids += 1
        return `${ids}.0`
      })
    const absent = () => Promise.reject(new Error('no reply of this bench needs this'))
    const api: SlackApi = {
      startStream: (place) => write('chat.startStream', place),
      appendStream: async (place) => void (await write('chat.appendStream', place)),
      stopStream: async (place) => void (await write('chat.stopStream', place)),
      post: (place) => write('chat.postMessage', place),
      update: async (place) => void (await write('chat.update', place)),
      remove: async () => {},
      replies: async () => ({ messages: [], cursor: undefined }),
      setSession: async () => ({ stoppable: true }),
      setStatus: async () => {},
      whisper: absent,
      person: absent,
    }
    const self = { team: 'T1', user: 'U1', bot: 'B1' }
    const budget = slackBudget(countedAccounts(clock, limited), self.team)
    const deps = { api, budget, self, clock, deletions: noDeletions() }
    const offers = { ...firstOffers(), streaming }
    return {
      tally,
      open: (nth) => {
        // Everybody asks in a channel of their own; Slack counts by workspace anyway.
        const at = { channel: `C${nth}`, root: '1.0', ts: '1.0', user: 'U2', userTeam: 'T1', direct: false }
        const begun = { shown: [], again: false, reply: `reply-${nth}` }
        return new SlackReply({ ...deps, offers, deletions: noDeletions(), log: quietLog }, at, begun)
      },
    }
  }
}
