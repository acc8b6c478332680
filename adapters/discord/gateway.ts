import { type Client, Events } from 'discord.js'
import { z } from 'zod'
import { restOptions } from './api.ts'
import { createClient } from './client.ts'
import { createDirectory, type Directory } from './directory.ts'
import { describe } from './fault.ts'
import type { InteractionApi } from './forms/api.ts'
import { createForms } from './forms/forms.ts'
import { createInbound, type Inbound, type InboundDeps } from './inbound.ts'
import { closeFault, logIn } from './login.ts'
import { snowflake } from './message.ts'
import type { Dispatch } from './reaction.ts'

export interface GatewayDeps extends Omit<InboundDeps, 'directory' | 'forms' | 'stopped'> {
  readonly interactions: InteractionApi
  readonly token: string
  readonly apiUrl?: string
}

const dispatchSchema = z.object({ t: z.string(), s: z.int(), d: z.unknown().optional() })
const readySchema = z.object({
  session_id: z.string(),
  user: z.object({ id: snowflake }),
  application: z.object({ id: snowflake }).optional().catch(undefined),
})

interface Ears {
  readonly directory: Directory
  readonly inbound: Inbound
  /** Nobody but the end waits for the commands to be known. Never rejects. */
  readonly registering: Promise<void>
}

/** One connection to Discord's gateway: hears dispatches and reports what breaks. discord.js reconnects by itself. */
export class Gateway {
  readonly #deps: GatewayDeps
  readonly #client: Client
  readonly #stopping = new AbortController()
  /** The session that each shard's sequence numbers belong to; a resumed session keeps its name. */
  readonly #sessions = new Map<number, Pick<Dispatch, 'session' | 'since'>>()
  /** There from the first READY on, which comes before every other dispatch. */
  #ears: Ears | undefined

  constructor(deps: GatewayDeps) {
    this.#deps = deps
    this.#client = createClient(deps.readsContent, restOptions(deps.apiUrl))
  }

  get directory(): Directory | undefined {
    return this.#ears?.directory
  }

  /** @throws PlatformError */
  async start(): Promise<void> {
    const { token, clock, log } = this.#deps
    const client = this.#client
    // Without this listener, discord.js ends the process at the first failure.
    client.on(Events.Error, (error) => log.error({ failure: describe(error) }, 'Discord: the client failed'))
    client.on(Events.ShardError, (error, shard) =>
      log.warn({ shard, failure: describe(error) }, 'Discord: the gateway connection broke'),
    )
    client.on(Events.ShardReconnecting, (shard) => {
      if (!this.#stopping.signal.aborted) log.info({ shard }, 'Discord: reconnecting')
    })
    client.on(Events.ShardResume, (shard, replayed) => log.info({ shard, replayed }, 'Discord: resumed'))
    client.on(Events.Raw, (packet: unknown, shard: unknown) => this.#hear(packet, shard))
    await logIn(client, token, { clock, stopping: this.#stopping.signal })
    client.on(Events.ShardDisconnect, ({ code }, shard) => {
      if (this.#stopping.signal.aborted) return
      log.error({ shard, code }, `Discord closed the connection for good. ${closeFault(code).fix}`)
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('Discord is stopping'))
    await this.#client.destroy()
    await Promise.all([this.#ears?.inbound.idle(), this.#ears?.registering])
  }

  #hear(packet: unknown, shardId: unknown): void {
    const dispatch = dispatchSchema.safeParse(packet)
    if (!dispatch.success || this.#stopping.signal.aborted) return
    const { t: type, s: sequence, d: data } = dispatch.data
    const shard = typeof shardId === 'number' ? shardId : 0
    switch (type) {
      case 'READY':
        this.#greet(data, shard)
        break
      case 'MESSAGE_CREATE':
        this.#ears?.inbound.message(data)
        break
      case 'MESSAGE_UPDATE':
        this.#ears?.inbound.edit(data)
        break
      case 'MESSAGE_DELETE':
      case 'MESSAGE_DELETE_BULK':
        this.#ears?.inbound.deletion(data)
        break
      case 'INTERACTION_CREATE':
        this.#ears?.inbound.press(data)
        break
      case 'MESSAGE_REACTION_ADD':
        this.#react('reaction_added', data, shard, sequence)
        break
      case 'MESSAGE_REACTION_REMOVE':
        this.#react('reaction_removed', data, shard, sequence)
        break
      case 'MESSAGE_REACTION_REMOVE_ALL':
      case 'MESSAGE_REACTION_REMOVE_EMOJI':
        this.#clear(data, shard, sequence)
        break
    }
  }

  /**
   * The first READY of a process, and one more each time Discord would not resume a session.
   *
   * What was said between two sessions is not replayed. This is the place to fetch, in live threads and direct
   * messages, what came after the last message that was taken in.
   */
  #greet(data: unknown, shard: number): void {
    const ready = readySchema.safeParse(data)
    if (!ready.success) {
      this.#deps.log.warn('Discord: a READY without a session or user; nothing can be heard')
      return
    }
    if (this.#sessions.has(shard))
      this.#deps.log.warn({ shard }, 'Discord: a new session; events may be missing')
    this.#sessions.set(shard, { session: ready.data.session_id, since: this.#deps.clock.now() })
    this.#ears ??= this.#listen(ready.data)
  }

  #listen({ user, application }: z.infer<typeof readySchema>): Ears {
    const stopped = this.#stopping.signal
    const directory = createDirectory(this.#client, user.id)
    const forms = createForms({ ...this.#deps, api: this.#deps.interactions, stopped })
    const inbound = createInbound({ ...this.#deps, directory, forms, stopped })
    return { directory, inbound, registering: forms.register(application?.id ?? user.id) }
  }

  #react(kind: 'reaction_added' | 'reaction_removed', data: unknown, shard: number, sequence: number): void {
    const session = this.#sessions.get(shard)
    if (session !== undefined) this.#ears?.inbound.reaction(kind, data, { ...session, shard, sequence })
  }

  #clear(data: unknown, shard: number, sequence: number): void {
    const session = this.#sessions.get(shard)
    if (session !== undefined) this.#ears?.inbound.clearing(data, { ...session, shard, sequence })
  }
}
