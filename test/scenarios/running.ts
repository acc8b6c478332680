import type { Logger } from 'pino'
import type { Platform } from '#adapters/platform.ts'
import { DEFAULT_EMOJI } from '#config/emoji.ts'
import { type Clock, systemClock } from '#core/clock.ts'
import type { Meanwhile } from '#core/dialogue/dialogue.ts'
import type { LedgerEvent } from '#core/feedback/ledger.ts'
import { assemble, type BestOf, type Parley } from '#core/main.ts'
import type { LanguageModel } from '#core/model/model.ts'
import type { AccessLists } from '#core/safety/access.ts'
import type { Limits } from '#core/safety/budgets.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openStore } from '#core/store/store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { rememberingModel } from './models.ts'
import type { Person, World } from './world.ts'

export interface RunningOptions {
  readonly model?: LanguageModel
  /** A file, so that a restart finds what was remembered. */
  readonly store?: string
  /** The real one by default. */
  readonly clock?: Clock
  /** What is the default of the settings by default. */
  readonly meanwhile?: Meanwhile
  readonly access?: AccessLists
  readonly limits?: Limits
  readonly bestOf?: BestOf
  readonly log?: Logger
}

export interface Running extends Parley {
  events(): Promise<readonly LedgerEvent[]>
  /** What the ledger calls a person of the only world. */
  pseudonym(person: Person): string
}

/** Parley as `parley start` wires it, on simulated platforms. */
export async function run(worlds: readonly World[], options: RunningOptions = {}): Promise<Running> {
  const store = await openStore(options.store ?? 'memory:', quietLog)
  const platforms: Platform[] = []
  for (const world of worlds) platforms.push(await world.platform(store.keyv(world.name)))
  const parley = await assemble({
    ...{ store, platforms, model: options.model ?? rememberingModel() },
    sampling: {},
    emoji: { everywhere: [DEFAULT_EMOJI], workspaces: {} },
    systemPrompt: undefined,
    contextTokens: 16_000,
    meanwhile: options.meanwhile,
    access: options.access,
    limits: options.limits,
    bestOf: options.bestOf,
    host: '127.0.0.1',
    port: 0,
    clock: options.clock ?? systemClock,
    log: options.log ?? quietLog,
  })
  for (const world of worlds) world.listening(parley.url)
  await parley.settled
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  return {
    ...parley,
    events: () => Array.fromAsync(parley.ledger.events()),
    pseudonym: ({ id }) => pseudonyms.of({ platform: worlds[0]?.name ?? '', id }),
  }
}
