/**
 * What a test sees of the simulated Slack workspace: its people, its clock, its faults and what became visible.
 *
 * The app under test sees none of this: it has `apiUrl`, a token and a signing secret, as on the real platform.
 */
import type { Clock } from '#core/clock.ts'

export interface SlackSimulatorOptions {
  /** False: a server from before `chat.*Stream`, which answers `unknown_method`. Default true. */
  readonly streaming?: boolean
  /**
   * False: the app is not declared an agent: `agents.sessions.*` answers `feature_disabled`, suggested prompts
   * `not_agent_app`. Default true.
   */
  readonly agents?: boolean
  /** Methods this server has not, or no longer: `unknown_method`. `assistant.threads.*` retires in February 2027. */
  readonly missingMethods?: readonly string[]
  /** Block types this server does not know: `invalid_blocks`. */
  readonly unknownBlocks?: readonly string[]
  /** Custom emoji of the workspace, name to address or `alias:name`. */
  readonly emoji?: Readonly<Record<string, string>>
  readonly signingSecret?: string
  readonly botToken?: string
  readonly appToken?: string
  /** Enforce the tiers of each method on `clock`. Default true. */
  readonly rateLimits?: boolean
  /** Wait before each redelivery of an event. Default the platform's 0, 60_000, 300_000. */
  readonly retryDelaysMs?: readonly number[]
  /** How long the app may take to acknowledge. Default the platform's 3_000. */
  readonly ackTimeoutMs?: number
  /** After this the platform ends a stream. Default the platform's five minutes. */
  readonly streamLifetimeMs?: number
  /** Longest streamed message in UTF-8 bytes. Default 11_000, the measured lower end. */
  readonly streamMaxBytes?: number
  /** Event types the app subscribed to in its manifest, for example `message.im`. Default: all of Parley's. */
  readonly botEvents?: readonly string[]
  /** Drives rate limits, expiry and redelivery. Default the system's. */
  readonly clock?: Clock
}

export interface SlackSimulator {
  /** For `clientOptions.slackApiUrl`. Ends in `/api/`. */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  readonly team: { readonly id: string; readonly name: string; readonly domain: string }
  readonly bot: BotIdentity
  /** Send events and interactions to this URL over HTTP, signed. Without one they go to Socket Mode. */
  deliverTo(url: string): void
  /** The id of the channel with this name, made when it does not exist. The app is a member unless told otherwise. */
  channel(name: string, options?: ChannelOptions): string
  /** The person with this name, made when new. */
  person(name: string): SlackPerson
  /** Another app in the workspace, made when new. */
  otherBot(name: string): SlackBot
  /** What a reader sees of a thread now: the root first, then its replies, deleted messages left out. */
  thread(channel: string, rootTs: string): readonly VisibleMessage[]
  /** Top-level messages of a channel, oldest first. */
  history(channel: string): readonly VisibleMessage[]
  /** Ephemeral messages, in order: only their `user` sees them. */
  readonly ephemerals: readonly Ephemeral[]
  /** Files that the app shared, oldest first. */
  readonly files: readonly SharedFile[]
  /** What `agents.sessions.*` and `assistant.threads.*` made visible, by thread. */
  session(channel: string, threadTs: string): VisibleSession
  /** Suggested prompts of a direct message channel. */
  prompts(channel: string): readonly SuggestedPrompt[]
  /** The views that are open before this person, oldest first. */
  views(person: SlackPerson): readonly OpenView[]
  /** The Home tab that the app published for this person. */
  home(person: SlackPerson): Record<string, unknown> | undefined
  /** Every Web API call that reached the server, in order, refused ones too. */
  readonly calls: readonly SlackCall[]
  /** Every attempt to deliver an event or interaction, in the order they ended. */
  readonly deliveries: readonly Delivery[]
  /** The next call of `method`, in this channel if one is named, fails this way. Several are used up in order. */
  failNext(method: string, fault: Fault, channel?: string): void
  /** Faults that were asked for and have not happened will not. */
  failNoMore(): void
  readonly sockets: SocketControl
  /** Post raw bytes to the app's URL. Nothing is added: forge or leave out the signature as the test wants. */
  sendRaw(body: string, headers: Record<string, string>): Promise<Response>
  /** The headers that a genuine delivery of `body` carries, content type included. `at` is Unix seconds. */
  sign(body: string, at?: number): Record<string, string>
  /** Change a message without touching its text, as an unfurl does. */
  unfurl(channel: string, ts: string): void
  /** The platform ends the streams of the thread now, as it does some minutes after they began. */
  endStreams(channel: string, threadTs: string): void
  /** From now on nobody writes there: `is_archived`. What is there can be read. */
  archive(channel: string): void
  /** The person presses Stop: streams of the thread end, `agent_session_stopped` goes out. */
  stopSession(person: SlackPerson, channel: string, threadTs: string): Repeatable
  /** From now on the bot token is refused with `invalid_auth`, and `tokens_revoked` goes out. */
  rejectToken(): void
  /** Accept the bot token again. */
  acceptToken(): void
  /**
   * Resolves when `done` holds; looked at again after every change. Rejects after `withinMs` (default 5_000 of real
   * time) with the state of the workspace, so that a failing test says what happened instead.
   */
  until(done: () => boolean, withinMs?: number): Promise<void>
  /** Resolves when no event waits for an acknowledgement; those that wait for a redelivery do not count. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface BotIdentity {
  readonly userId: string
  readonly botId: string
  readonly appId: string
  readonly name: string
}

export interface ChannelOptions {
  readonly private?: boolean
  /** A direct message of several people. */
  readonly mpim?: boolean
  /** False: the app gets no events of it and cannot write there. */
  readonly botIsMember?: boolean
}

export interface PostOptions {
  readonly threadTs?: string
  readonly subtype?: 'file_share' | 'thread_broadcast'
  /** The person belongs to another workspace (Slack Connect): that workspace's id. */
  readonly userTeam?: string
}

export interface SlackPerson {
  readonly id: string
  readonly name: string
  /** Post `<@bot> text`. The app gets `app_mention`, and `message` too: two event ids, one channel and ts. */
  mention(channel: string, text: string, options?: PostOptions): Promise<Sent>
  /** Post as it is, no mention added. */
  post(channel: string, text: string, options?: PostOptions): Promise<Sent>
  directMessage(text: string, options?: PostOptions): Promise<Sent>
  /** The id of the direct message channel between this person and the app. */
  readonly dm: string
  edit(message: MessageRef, text: string): Promise<Repeatable>
  delete(message: MessageRef): Promise<Repeatable>
  react(channel: string, ts: string, name: string): Promise<Repeatable>
  unreact(channel: string, ts: string, name: string): Promise<Repeatable>
  /** Open the app's tab: `app_home_opened`. */
  openHome(tab?: 'home' | 'messages'): Promise<void>
  /**
   * Press a button, a feedback button, an icon, or pick in a menu of a message.
   * @throws Error when the message shows no such element.
   */
  click(message: MessageRef, actionId: string, value?: string): Promise<Interaction>
  /**
   * Press a button of the newest open view.
   * @throws Error when it shows no such element.
   */
  press(actionId: string): Promise<Interaction>
  /** Send the newest open view, with `values[block_id][action_id]`. Strings stand for plain text or an option. */
  submit(values: ViewValues): Promise<Interaction>
  /** Close the newest open view. */
  dismiss(): Promise<Interaction | undefined>
  /** A message shortcut. */
  shortcut(callbackId: string, message: MessageRef): Promise<Interaction>
  command(command: string, text: string, channel: string): Promise<Interaction>
}

export interface SlackBot {
  readonly userId: string
  readonly botId: string
  readonly name: string
  post(channel: string, text: string, options?: PostOptions): Promise<Sent>
  react(channel: string, ts: string, name: string): Promise<Repeatable>
  unreact(channel: string, ts: string, name: string): Promise<Repeatable>
}

export type ViewValues = Readonly<Record<string, Readonly<Record<string, string | Record<string, unknown>>>>>

export interface MessageRef {
  readonly channel: string
  readonly ts: string
}

export interface Sent extends MessageRef, Repeatable {
  /** The root of the thread it is in: its own ts at top level. */
  readonly threadTs: string
}

export interface Repeatable {
  /**
   * Deliver its events again, `times` times each. `retry`: as the platform does, with X-Slack-Retry-Num and the same
   * event id. `replay`: the same bytes again with no sign of it. Resolves when the app has answered all of them.
   */
  redeliver(times: number, options?: { as?: 'retry' | 'replay' }): Promise<void>
}

/** What the app answered to an interaction. */
export interface InteractionAnswer {
  /** False: not within three seconds, or no success, or no answer that the client can show: the person saw an error. */
  readonly acknowledged: boolean
  /** The acknowledgement's payload: `{response_action: 'errors', errors}` and the like. */
  readonly response: unknown
}

export interface Interaction extends InteractionAnswer {
  /** Deliver the same bytes again, all at once. What is answered then changes nothing before the person. */
  redeliver(times: number): Promise<readonly InteractionAnswer[]>
}

/** A file that the app shared. */
export interface SharedFile {
  readonly channel: string
  readonly name: string
  readonly content: string
  readonly comment: string
}

export interface VisibleMessage {
  readonly ts: string
  readonly threadTs: string | undefined
  readonly user: string
  readonly botId: string | undefined
  /** As it was sent: markdown_text, or text, or the streamed markdown so far. */
  readonly text: string
  /** What is read on the screen: streamed text, then markdown and section blocks; `text` when it has none of them. */
  readonly shown: string
  readonly blocks: readonly Block[]
  /** True while it looks half-written: being streamed, or the platform ended the stream and no edit mended it. */
  readonly streaming: boolean
  readonly edited: boolean
  readonly metadata: Record<string, unknown> | undefined
  /** Task and plan updates of a stream, newest state by id. */
  readonly tasks: readonly Record<string, unknown>[]
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[]
}

export type Block = Readonly<Record<string, unknown>> & { readonly type: string }

export interface Ephemeral extends MessageRef {
  readonly user: string
  readonly threadTs: string | undefined
  readonly text: string
  readonly blocks: readonly Block[]
}

export interface VisibleSession {
  readonly status: 'active' | 'processing' | 'suspended' | 'closed' | undefined
  readonly title: string | undefined
  /** The line below the composer: '' when nothing is shown. */
  readonly statusLine: string
}

export interface SuggestedPrompt {
  readonly title: string
  readonly message: string
}

export interface OpenView {
  readonly id: string
  readonly callbackId: string
  readonly privateMetadata: string
  readonly view: Record<string, unknown>
}

export interface SlackCall {
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
  /** On the simulator's clock. */
  readonly at: number
  /** `ok`, the platform error, or `http 429` and the like. Absent while the call is still open. */
  readonly outcome?: string
}

export interface Delivery {
  /** Event type, or interaction type. */
  readonly type: string
  readonly eventId: string | undefined
  readonly via: 'http' | 'socket'
  /** 0 for the first attempt. */
  readonly retry: number
  readonly acknowledged: boolean
  /** HTTP status, or what went wrong. */
  readonly result: string
}

export type Fault =
  /** `{ok: false, error}` */
  | { readonly kind: 'platform'; readonly error: string }
  | {
      readonly kind: 'http'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** The connection is cut without an answer. `after`: the write took effect all the same. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The answer comes `ms` late on the simulator's clock. `before` (the default): the effect is late too. */
  | { readonly kind: 'delay'; readonly ms: number; readonly when?: 'before' | 'after' }

export interface SocketControl {
  /** Open Socket Mode connections. */
  readonly count: number
  /** Cut every connection, or the one with this index, without a word. */
  drop(index?: number): void
  /** Ask the app to reconnect, as the platform does every few hours; the connection closes soon after. */
  disconnect(reason?: 'warning' | 'refresh_requested' | 'link_disabled'): void
}
