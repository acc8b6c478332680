import { type Client, Events } from 'discord.js'
import { z } from 'zod'
import { restOptions } from './api.ts'
import { createClient } from './client.ts'
import { createDirectory, type Directory } from './directory.ts'
import { describe } from './fault.ts'
import type { ShardDuty } from './forgiving.ts'
import type { InteractionApi } from './forms/api.ts'
import { createForms } from './forms/forms.ts'
import { createInbound, type Inbound, type InboundDeps } from './inbound.ts'
import { closeFault, logIn } from './login.ts'
import { snowflake } from './message.ts'
import { channelsWithNews, directChannel, missedSince } from './missed.ts'
import type { Dispatch } from './reaction.ts'
import type { Connection } from './seat.ts'

export interface GatewayDeps extends Omit<InboundDeps, 'directory' | 'forms' | 'stopped'> {
  readonly interactions: InteractionApi
  readonly token: string
  readonly apiUrl?: string
  /** How far back to look for what was missed; 0 for not at all. */
  readonly catchUpHours: number
}

const dispatchSchema = z.object({ t: z.string(), s: z.int(), d: z.unknown().optional() })
const readySchema = z.object({
  session_id: z.string(),
  user: z.object({ id: snowflake }),
  application: z.object({ id: snowflake }).optional().catch(undefined),
  guilds: z.array(z.object({ id: snowflake })).catch([]),
})
const guildSchema = z.object({ id: snowflake, unavailable: z.boolean().optional() })

interface Ears {
  readonly directory: Directory
  readonly inbound: Inbound
  /** Nobody but the end waits for the commands to be known. Never rejects. */
  readonly registering: Promise<void>
}

/**
 * How often it is kept how far Discord was heard: so much is heard twice after a crash. One small write, and none while
 * nothing is said. A process that ends again and again must get there each time, or there is more to read at every start.
 */
const KEEP_MS = 1_000
/** Discord asks every connection to reconnect now and then; one that takes longer is worth a word. */
const SHORT_PAUSE_MS = 10_000

const OVERTAKEN = 'Discord: a connection was lost while it was made; the next one is on its way.'
const FAILED: Readonly<Record<ShardDuty, string>> = {
  onMessage: 'Discord said something that cannot be read. It is ignored.',
  onClose: OVERTAKEN,
  internalConnect: OVERTAKEN,
  heartbeat: OVERTAKEN,
}

/** One connection to Discord's gateway: hears dispatches and reports what breaks. discord.js reconnects by itself. */
export class Gateway implements Connection {
  readonly #deps: GatewayDeps
  readonly #client: Client
  readonly #stopping = new AbortController()
  /** The session that each shard's sequence numbers belong to; a resumed session keeps its name. */
  readonly #sessions = new Map<number, Pick<Dispatch, 'session' | 'since'>>()
  /** Since when shards are without a connection. */
  readonly #down = new Map<number, number>()
  /** When each shard last heard a dispatch. */
  readonly #dispatched = new Map<number, number>()
  /** Servers that are to be entered, and since when nobody heard them. */
  readonly #unheard = new Map<string, number>()
  readonly #over = Promise.withResolvers<string>()
  /** Settles when nothing is kept any more. */
  #keeping: Promise<void> = Promise.resolve()
  /** There from the first READY on, which comes before every other dispatch. */
  #ears: Ears | undefined

  constructor(deps: GatewayDeps) {
    this.#deps = deps
    this.#client = createClient(deps.readsContent, restOptions(deps.apiUrl), (error, duty) =>
      deps.log.warn({ failure: describe(error) }, FAILED[duty]),
    )
  }

  get directory(): Directory | undefined {
    return this.#ears?.directory
  }

  get over(): Promise<string> {
    return this.#over.promise
  }

  get trouble(): string | undefined {
    const since = Math.min(...this.#down.values())
    const forMs = this.#deps.clock.now() - since
    if (forMs < SHORT_PAUSE_MS) return undefined
    return `Discord's gateway cannot be reached for ${Math.round(forMs / 1_000)} s; trying again.`
  }

  /** discord.js forgets a token that was refused once. */
  rearm(): void {
    this.#client.rest.setToken(this.#deps.token)
  }

  /** @throws PlatformError */
  async start(): Promise<void> {
    const { token, clock, log, heard } = this.#deps
    const client = this.#client
    // Another replica may have heard more by now.
    await heard.load()
    // Without this listener, discord.js ends the process at the first failure.
    client.on(Events.Error, (error) => log.error({ failure: describe(error) }, 'Discord: the client failed'))
    client.on(Events.ShardError, (error, shard) =>
      log.warn({ shard, failure: describe(error) }, 'Discord: the gateway connection broke'),
    )
    client.on(Events.ShardReconnecting, (shard) => {
      if (this.#stopping.signal.aborted) return
      log.info({ shard }, 'Discord: reconnecting')
      if (!this.#down.has(shard)) this.#down.set(shard, clock.now())
    })
    client.on(Events.ShardResume, (shard, replayed) => {
      this.#down.delete(shard)
      log.info({ shard, replayed }, 'Discord: resumed')
    })
    client.on(Events.ShardReady, (shard) => this.#down.delete(shard))
    client.on(Events.Raw, (packet: unknown, shard: unknown) => this.#hear(packet, shard))
    await logIn(client, token, { clock, stopping: this.#stopping.signal })
    client.on(Events.ShardDisconnect, ({ code }, shard) => {
      if (this.#stopping.signal.aborted) return
      const why = `Discord closed the connection for good. ${closeFault(code).fix}`
      log.error({ shard, code }, why)
      this.#over.resolve(why)
    })
    this.#keeping = this.#keep()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('Discord is stopping'))
    await this.#client.destroy()
    await Promise.all([this.#ears?.inbound.idle(), this.#ears?.registering, this.#keeping])
    await this.#advance()
  }

  /** While it is connected. */
  async #keep(): Promise<void> {
    const { clock } = this.#deps
    const stopping = this.#stopping.signal
    while (!stopping.aborted) {
      await clock.sleep(KEEP_MS, stopping).catch(() => {})
      if (!stopping.aborted) await this.#advance()
    }
  }

  /** Remembers until when all is taken in. A silent connection counts as heard while its heartbeats are answered. */
  async #advance(): Promise<void> {
    const shards = [...this.#client.ws.shards.values()]
    const alive = shards.map(({ id, lastPingTimestamp }) =>
      Math.max(lastPingTimestamp, this.#dispatched.get(id) ?? 0),
    )
    const waiting = this.#ears?.inbound.oldest ?? Number.POSITIVE_INFINITY
    const until = Math.min(...alive, ...this.#unheard.values(), waiting)
    if (Number.isFinite(until)) await this.#deps.heard.advance(until)
  }

  #hear(packet: unknown, shardId: unknown): void {
    const dispatch = dispatchSchema.safeParse(packet)
    if (!dispatch.success || this.#stopping.signal.aborted) return
    const { t: type, s: sequence, d: data } = dispatch.data
    const shard = typeof shardId === 'number' ? shardId : 0
    this.#dispatched.set(shard, this.#deps.clock.now())
    switch (type) {
      case 'READY':
        this.#greet(data, shard)
        break
      case 'GUILD_CREATE':
        this.#enter(data)
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
   * The first READY of a process, and one more each time Discord would not resume a session. What was said between two
   * sessions is not replayed: it is fetched, when Discord has told what there is (`missed.ts`).
   */
  #greet(data: unknown, shard: number): void {
    const ready = readySchema.safeParse(data)
    if (!ready.success) {
      this.#deps.log.warn('Discord: a READY without a session or user; nothing can be heard')
      return
    }
    const { clock, log, heard, catchUpHours } = this.#deps
    if (this.#sessions.has(shard))
      log.info({ shard }, 'Discord: a new session; looking for what was said meanwhile')
    this.#sessions.set(shard, { session: ready.data.session_id, since: clock.now() })
    this.#ears ??= this.#listen(ready.data)
    const since = missedSince(heard.until, clock.now(), catchUpHours)
    // From here on Discord is heard, whatever becomes of this process a moment later.
    if (heard.until === undefined) void heard.advance(clock.now())
    if (since === undefined) return
    for (const { id } of ready.data.guilds) this.#unheard.set(id, since)
    // Direct messages come on the first shard.
    if (shard === 0) for (const id of heard.direct) this.#ears.inbound.missed(directChannel(id), since)
  }

  /** A server that was unavailable for a while is entered again; only at the first time after a READY was it unheard. */
  #enter(data: unknown): void {
    const guild = guildSchema.safeParse(data).data
    if (guild === undefined || guild.unavailable === true) return
    const since = this.#unheard.get(guild.id)
    this.#unheard.delete(guild.id)
    if (since === undefined) return
    const { channels, left } = channelsWithNews(data, since, this.#deps.heard.marks)
    for (const channel of channels) this.#ears?.inbound.missed(channel, since)
    if (left > 0)
      this.#deps.log.warn(
        { guild: guild.id, read: channels.length, left },
        'Discord: there is news in more channels than are read at once; what was said in the others meanwhile is not seen',
      )
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
