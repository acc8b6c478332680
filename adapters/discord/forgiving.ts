import { SimpleShardingStrategy } from 'discord.js'

type Strategy = ConstructorParameters<typeof SimpleShardingStrategy>[0]

/** What a shard does in promises that nobody handles, so that a failure would end the process. */
const UNHANDLED = ['onMessage', 'onClose', 'internalConnect', 'heartbeat'] as const

/** `onMessage`: what Discord said could not be read. The others: a connection, which the next one replaces. */
export type ShardDuty = (typeof UNHANDLED)[number]

/**
 * Shards that outlive what discord.js takes on trust (rules S6, T7). It reads what Discord says as if that were always
 * right: a guild of `null` would end the process; Parley has read the raw dispatch by then, or has left it. And when a
 * connection is lost while it waits for its turn to identify, it identifies on the next one, which is not open yet:
 * that one does so itself.
 */
export class ForgivingShards extends SimpleShardingStrategy {
  readonly #onFailure: (error: unknown, duty: ShardDuty) => void

  constructor(manager: Strategy, onFailure: (error: unknown, duty: ShardDuty) => void) {
    super(manager)
    this.#onFailure = onFailure
  }

  override async spawn(ids: number[]): Promise<void> {
    await super.spawn(ids)
    // None of these is public. `test/fuzz` and this one's own test say so when they are called otherwise one day.
    const shards: unknown = Reflect.get(this, 'shards')
    if (!(shards instanceof Map)) return
    for (const shard of shards.values()) for (const duty of UNHANDLED) this.#forgive(shard, duty)
  }

  #forgive(shard: object, duty: ShardDuty): void {
    const work: unknown = Reflect.get(shard, duty)
    if (typeof work !== 'function') return
    const forgiving = async (...given: unknown[]): Promise<void> => {
      try {
        await Reflect.apply(work, shard, given)
      } catch (error) {
        this.#onFailure(error, duty)
      }
    }
    Reflect.set(shard, duty, forgiving)
  }
}
