import { z } from 'zod'
import type { DiscordApi } from '#adapters/discord/api.ts'
import { learn } from '#adapters/discord/budget.ts'
import { OwnDeletions } from '#adapters/discord/own-deletions.ts'
import { heardLimit } from '#adapters/discord/rate-headers.ts'
import { openSurface } from '#adapters/discord/surface.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import { createBuckets, MESSAGES } from '#test/platforms/discord/buckets.ts'
import { quietLog } from '#test/quiet-log.ts'
import { countedAccounts, type OpenPlatform } from './platform.ts'

/**
 * The real surface on a Discord that takes everything, as often as Discord does.
 *
 * @param shared all replies go to one channel, as in a channel that holds no threads; otherwise each to its thread.
 */
export function openDiscord(shared: boolean): OpenPlatform {
  return ({ clock, network, limited }) => {
    const buckets = createBuckets(() => clock.now())
    const tally = { writes: 0, refused: 0 }
    let ids = 0
    const accounts = countedAccounts(clock, limited)
    const write = async (route: 'POST' | 'PATCH', channel: string) => {
      const { id, headers } = await network.call(() => {
        const { refusal, headers } = buckets.take(route, channel, MESSAGES)
        if (refusal !== undefined) {
          tally.refused += 1
          const retryAfterMs = Number(refusal.headers['Retry-After']) * 1_000
          throw new SurfaceError({ kind: 'rate_limited', retryAfterMs }, 'Discord: 429')
        }
        tally.writes += 1
        ids += 1
        return { id: String(ids), headers }
      })
      const heard = heardLimit(route, urlOf(route, channel), new Headers(headers))
      if (heard !== undefined) learn(accounts, heard)
      return id
    }
    const absent = () => Promise.reject(new Error('no reply of this bench needs this'))
    const api: DiscordApi = {
      post: async (channel, { content, components }) => {
        const id = await write('POST', channel)
        return { id, content, buttons: buttonsOf(components) }
      },
      edit: async (channel) => void (await write('PATCH', channel)),
      remove: async () => {},
      openThread: absent,
      unarchive: absent,
      typing: async () => {},
      acknowledge: absent,
      whisper: absent,
      message: absent,
      history: absent,
      following: absent,
      me: absent,
    }
    const deps = { api, clock, accounts, ownDeletions: new OwnDeletions() }
    return {
      tally,
      open: (nth) => {
        const where = { workspace: 'G1', channel: shared ? '1' : `1${nth}`, message: `${nth}` }
        const here = { place: { to: 'channel' as const, ...where }, shown: [], reply: `reply-${nth}` }
        return openSurface(here, { ...deps, log: quietLog })
      },
    }
  }
}

const urlOf = (route: 'POST' | 'PATCH', channel: string): string =>
  `https://discord.com/api/v10/channels/${channel}/messages${route === 'PATCH' ? '/1' : ''}`

/** As Discord gives them back. */
const rows = z.array(z.object({ components: z.array(z.object({ custom_id: z.string() })) })).default([])
const buttonsOf = (components: unknown): readonly string[] =>
  rows.parse(components).flatMap((row) => row.components.map((button) => button.custom_id))
