import { SimpleShardingStrategy } from 'discord.js'

type Strategy = ConstructorParameters<typeof SimpleShardingStrategy>[0]

/**
 * Shards that outlive what they cannot read (rule S6). discord.js takes what Discord says on trust, in a promise that
 * nobody handles: a guild of `null` would end the process. Parley has read the raw dispatch by then, or has left it.
 */
export class ForgivingShards extends SimpleShardingStrategy {
  readonly #onUnreadable: (error: unknown) => void

  constructor(manager: Strategy, onUnreadable: (error: unknown) => void) {
    super(manager)
    this.#onUnreadable = onUnreadable
  }

  override async spawn(ids: number[]): Promise<void> {
    await super.spawn(ids)
    // Neither is public. `test/fuzz` says so when they are called otherwise one day.
    const shards: unknown = Reflect.get(this, 'shards')
    if (!(shards instanceof Map)) return
    for (const shard of shards.values()) this.#forgive(shard)
  }

  #forgive(shard: object): void {
    const hear: unknown = Reflect.get(shard, 'onMessage')
    if (typeof hear !== 'function') return
    const forgiving = async (...given: unknown[]): Promise<void> => {
      try {
        await Reflect.apply(hear, shard, given)
      } catch (error) {
        this.#onUnreadable(error)
      }
    }
    Reflect.set(shard, 'onMessage', forgiving)
  }
}
