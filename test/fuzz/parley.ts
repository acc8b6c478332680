import type { Platform } from '#adapters/platform.ts'
import { DEFAULT_EMOJI } from '#config/emoji.ts'
import { systemClock } from '#core/clock.ts'
import type { ReplySurface } from '#core/delivery/surface.ts'
import { assemble, type Parley } from '#core/main.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { rememberingModel } from '#test/scenarios/models.ts'
import type { World } from '#test/scenarios/world.ts'
import type { KeptState } from './edge.ts'
import { stateOf } from './state.ts'

/** The whole of Parley on one simulated platform, and what it keeps. */
export interface FuzzedParley extends KeptState, AsyncDisposable {
  readonly parley: Parley
  /** From now on replies are shown to nobody: what comes in is what is looked at. */
  mute(): void
}

export async function fuzzedParley(world: World): Promise<FuzzedParley> {
  const store = openSqliteStore('memory:', quietLog)
  const { platform, mute } = mutable(await world.platform(store.keyv(world.name)))
  const parley = await assemble({
    ...{ store, platforms: [platform], model: rememberingModel(), sampling: {} },
    emoji: { everywhere: [DEFAULT_EMOJI], workspaces: {} },
    systemPrompt: undefined,
    contextTokens: 16_000,
    ...{ host: '127.0.0.1', port: 0, clock: systemClock, log: quietLog },
  })
  world.listening(parley.url)
  await parley.settled
  return {
    parley,
    mute,
    ...stateOf(store),
    [Symbol.asyncDispose]: async () => {
      await parley.stop(0)
      await world.close()
    },
  }
}

function mutable(inner: Platform): { readonly platform: Platform; mute(): void } {
  let isMuted = false
  const platform: Platform = {
    name: inner.name,
    ...(inner.routes === undefined ? {} : { routes: inner.routes }),
    ...(inner.personalData === undefined ? {} : { personalData: inner.personalData }),
    start: (host) => inner.start(host),
    stop: () => inner.stop(),
    past: (question, signal) => (isMuted ? Promise.resolve([]) : inner.past(question, signal)),
    open: (...given) => (isMuted ? SILENT : inner.open(...given)),
  }
  return {
    platform,
    mute: () => {
      isMuted = true
    },
  }
}

const SILENT: ReplySurface = {
  limit: { unit: 'utf16', size: 2_000 },
  account: undefined,
  working: async () => {},
  show: async ({ parts }) => parts.map((_, nth) => `silent-${nth}`),
  refer: (message) => ({ platform: 'silent', workspace: 'silent', channel: 'silent', message }),
}
