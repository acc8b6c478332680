/** The signs that the app is at work: agent sessions, the older status line, suggested prompts. */
import type { Clock } from '#core/clock.ts'
import type { SuggestedPrompt, VisibleSession } from './contract.ts'
import type { Events } from './events.ts'
import { type Json, textOf } from './json.ts'
import { invalid, SlackFailure } from './request.ts'
import type { Methods } from './web-api.ts'
import { BOT, type Workspace } from './workspace.ts'

export const STATUSES = ['active', 'processing', 'suspended', 'closed'] as const
type Status = (typeof STATUSES)[number]

/** The older status line goes by itself after this. */
const STATUS_LINE_MS = 2 * 60_000
/** A session stays in `processing` about this long when nobody takes it out. */
const PROCESSING_MS = 60 * 60_000

interface Session {
  status: Status | undefined
  statusAt: number
  title: string | undefined
  line: string
  lineAt: number
}

export class Sessions {
  readonly #clock: Clock
  /** By `channel:threadTs`. */
  readonly #sessions = new Map<string, Session>()
  readonly #prompts = new Map<string, readonly SuggestedPrompt[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  visible(channel: string, threadTs: string): VisibleSession {
    const session = this.#sessions.get(`${channel}:${threadTs}`)
    const now = this.#clock.now()
    if (session === undefined) return { status: undefined, title: undefined, statusLine: '' }
    const forgotten = session.status === 'processing' && now - session.statusAt >= PROCESSING_MS
    return {
      status: forgotten ? 'active' : session.status,
      title: session.title,
      statusLine: now - session.lineAt >= STATUS_LINE_MS ? '' : session.line,
    }
  }

  setStatus(channel: string, threadTs: string, status: Status, title?: string): void {
    const session = this.#session(channel, threadTs)
    session.title ??= title
    session.status = status
    session.statusAt = this.#clock.now()
  }

  rename(channel: string, threadTs: string, title: string): void {
    this.#session(channel, threadTs).title = title
  }

  setLine(channel: string, threadTs: string, line: string): void {
    const session = this.#session(channel, threadTs)
    session.line = line
    session.lineAt = this.#clock.now()
  }

  /** A post clears the status line; a session's `processing` stays until the app takes it out. */
  appPosted(channel: string, threadTs: string): void {
    const session = this.#sessions.get(`${channel}:${threadTs}`)
    if (session !== undefined) session.line = ''
  }

  streamStopped(channel: string, threadTs: string, status: Status): void {
    this.appPosted(channel, threadTs)
    this.setStatus(channel, threadTs, status)
  }

  prompts(channel: string): readonly SuggestedPrompt[] {
    return this.#prompts.get(channel) ?? []
  }

  suggest(channel: string, prompts: readonly SuggestedPrompt[]): void {
    this.#prompts.set(channel, prompts)
  }

  #session(channel: string, threadTs: string): Session {
    const key = `${channel}:${threadTs}`
    const session = this.#sessions.get(key) ?? {
      status: undefined,
      statusAt: 0,
      title: undefined,
      line: '',
      lineAt: 0,
    }
    this.#sessions.set(key, session)
    return session
  }
}

export function sessionMethods(deps: {
  workspace: Workspace
  sessions: Sessions
  events: Events
  agents: boolean
}): Methods {
  const { workspace, sessions, events, agents } = deps
  const memberChannel = (id: string): string => {
    const channel = workspace.channel(id)
    if (!channel.members.has(BOT.userId)) throw new SlackFailure('not_authorized')
    return channel.id
  }
  return {
    'agents.sessions.setStatus': (args) => {
      if (!agents) throw new SlackFailure('feature_disabled')
      const status = args.oneOf('status', STATUSES)
      if (status === undefined) throw invalid('missing required field: status')
      const title = args.text('title')
      if ((title ?? '').length > 200) throw invalid('must be less than 201 characters [json-pointer:/title]')
      const channel = memberChannel(args.need('channel_id'))
      const threadTs = args.text('thread_ts')
      if (threadTs === undefined || threadTs === '') throw new SlackFailure('thread_ts_required')
      sessions.setStatus(channel, threadTs, status, title)
      return { ...answer(sessions.visible(channel, threadTs)), ...stopWarning(events, status) }
    },

    'agents.sessions.rename': (args) => {
      if (!agents) throw new SlackFailure('feature_disabled')
      const channel = memberChannel(args.need('channel_id'))
      const threadTs = args.text('thread_ts')
      if (threadTs === undefined || threadTs === '') throw new SlackFailure('thread_ts_required')
      const title = args.need('title')
      if (title.length > 200) throw invalid('must be less than 201 characters [json-pointer:/title]')
      sessions.rename(channel, threadTs, title)
      return answer(sessions.visible(channel, threadTs))
    },

    'assistant.threads.setStatus': (args) => {
      const channel = memberChannel(args.need('channel_id'))
      const threadTs = args.need('thread_ts')
      const lines = (args.list('loading_messages') ?? []).map(textOf)
      if (lines.length > 10 || lines.some((line) => line.length < 1 || line.length > 50)) {
        throw invalid('loading_messages takes up to 10 items of 1 to 50 characters')
      }
      sessions.setLine(channel, threadTs, args.text('status') ?? '')
      return {}
    },

    'assistant.threads.setTitle': (args) => {
      if (!agents) throw new SlackFailure('not_agent_app')
      sessions.rename(memberChannel(args.need('channel_id')), args.need('thread_ts'), args.need('title'))
      return {}
    },

    'assistant.threads.setSuggestedPrompts': (args) => {
      if (!agents) throw new SlackFailure('not_agent_app')
      const channel = memberChannel(args.need('channel_id'))
      const prompts = (args.objects('prompts', 'invalid_arguments') ?? []).map((prompt) => ({
        title: textOf(prompt.title),
        message: textOf(prompt.message),
      }))
      if (prompts.length === 0 || prompts.length > 4) throw invalid('prompts takes 1 to 4 items')
      if (prompts.some(({ title, message }) => title === '' || message === '')) {
        throw invalid('a prompt needs title and message')
      }
      sessions.suggest(channel, prompts)
      return {}
    },
  }
}

const answer = ({ status, title }: VisibleSession): Json => ({
  status,
  agent_status: status,
  ...(title === undefined ? {} : { title }),
})

/** Without the event nobody could tell the app to stop, so the Stop button is not offered. */
function stopWarning(events: Events, status: Status): Json {
  if (status !== 'processing' || events.subscribes('agent_session_stopped')) return {}
  const warning = 'missing_agent_session_stopped_event_subscription'
  return { warning, response_metadata: { warnings: [warning] } }
}
