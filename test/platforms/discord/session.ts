/** A gateway session: what was sent under which number, so that a RESUME can send it again. */
import { GatewayIntentBits } from 'discord.js'
import type { WebSocket } from 'ws'
import type { GatewayEvent } from './events.ts'
import type { Json } from './state.ts'

export const Op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voice: 4,
  resume: 6,
  reconnect: 7,
  members: 8,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const

/** Of how many shards, which one hears this guild. */
export const shardOf = (guild: string, of: number): number => Number((BigInt(guild) >> 22n) % BigInt(of))

export class Session {
  readonly id: string
  readonly #intents: number
  readonly #shard: readonly [number, number]
  /** Every dispatch so far, at index `s - 1`. */
  readonly #sent: string[] = []
  #socket: WebSocket | undefined

  constructor(id: string, intents: number, shard: readonly [number, number] = [0, 1]) {
    this.id = id
    this.#intents = intents
    this.#shard = shard
  }

  /** An event of a guild goes to the guild's shard; everything else, direct messages above all, to the first one. */
  hears({ d }: GatewayEvent): boolean {
    const [shard, of] = this.#shard
    const guild = typeof d.guild_id === 'string' ? d.guild_id : undefined
    return (guild === undefined ? 0 : shardOf(guild, of)) === shard
  }

  get sequence(): number {
    return this.#sent.length
  }

  /** Without a connection dispatches are kept until one comes back. */
  attach(socket: WebSocket | undefined): void {
    this.#socket = socket
  }

  isOn(socket: WebSocket): boolean {
    return this.#socket === socket
  }

  get connected(): boolean {
    return this.#socket !== undefined
  }

  deliver({ t, d, hidden, intents }: GatewayEvent): void {
    if (intents !== 0 && (this.#intents & intents) === 0) return
    const mayRead = (this.#intents & GatewayIntentBits.MessageContent) !== 0
    this.dispatch(t, mayRead ? d : (hidden ?? d))
  }

  dispatch(t: string, d: Json): void {
    const packet = JSON.stringify({ op: Op.dispatch, s: this.#sent.length + 1, t, d })
    this.#sent.push(packet)
    this.#socket?.send(packet)
  }

  /** Sends everything after `sequence` again. */
  replay(sequence: number): void {
    for (const packet of this.#sent.slice(sequence)) this.#socket?.send(packet)
  }
}
