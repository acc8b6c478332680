import type {
  EarlierView,
  MessageView,
  ReactionView,
  Sent,
  SessionView,
  Stopped,
  ThreadList,
  ThreadPage,
  WireEvent,
} from '#adapters/web/protocol.ts'

/** An event as it came over the wire, with its id. */
export interface Heard {
  readonly id: string
  readonly event: WireEvent
}

export interface EventReader extends AsyncDisposable {
  readonly heard: readonly Heard[]
  /** Resolves with what was heard once `done` holds for it; event-driven. Rejects when the stream ends before. */
  until(done: (heard: readonly Heard[]) => boolean): Promise<readonly Heard[]>
}

let keys = 0
/** A client-chosen question id that no other question of this test run has. */
export const freshKey = (): string => `key-${process.pid}-${String(++keys).padStart(6, '0')}`

/** A person at the workspace without a browser: plain HTTP with a cookie. */
export class WebClient {
  readonly url: string
  /** `name=value`; empty until signed in. */
  cookie: string

  constructor(url: string, cookie = '') {
    this.url = url
    this.cookie = cookie
  }

  static async signedIn(
    url: string,
    name: string,
    token?: string,
  ): Promise<{ client: WebClient; session: SessionView }> {
    const client = new WebClient(url)
    const response = await client.send(
      'POST',
      '/api/session',
      token === undefined ? { name } : { name, token },
    )
    client.cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    return { client, session: (await response.json()) as SessionView }
  }

  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    return fetch(`${this.url}${path}`, {
      method,
      // A kept connection would be one of the server before a restart.
      headers: { cookie: this.cookie, connection: 'close', ...json, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  }

  async #ok<T>(work: Promise<Response>): Promise<T> {
    const response = await work
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    return (response.status === 204 ? undefined : await response.json()) as T
  }

  begin(text: string, { channel = 'general', key = freshKey() } = {}): Promise<Sent> {
    return this.#ok(this.send('POST', `/api/channels/${channel}/threads`, { text, key }))
  }

  follow(thread: string, text: string, key = freshKey()): Promise<Sent> {
    return this.#ok(this.send('POST', `/api/threads/${thread}/messages`, { text, key }))
  }

  thread(thread: string, before = ''): Promise<ThreadPage> {
    return this.#ok(this.send('GET', `/api/threads/${thread}${before && `?before=${before}`}`))
  }

  threads(channel = 'general', before = ''): Promise<ThreadList> {
    return this.#ok(this.send('GET', `/api/channels/${channel}/threads${before && `?before=${before}`}`))
  }

  react(message: string, emoji: string, on: boolean): Promise<void> {
    const path = `/api/messages/${message}/reactions/${encodeURIComponent(emoji)}`
    return this.#ok(this.send(on ? 'PUT' : 'DELETE', path))
  }

  edit(message: string, text: string, key = freshKey()): Promise<MessageView> {
    return this.#ok(this.send('PUT', `/api/messages/${message}`, { text, key }))
  }

  remove(message: string): Promise<void> {
    return this.#ok(this.send('DELETE', `/api/messages/${message}`))
  }

  stop(thread: string, reply: string): Promise<Stopped> {
    return this.#ok(this.send('POST', `/api/threads/${thread}/stop`, { reply }))
  }

  vote(message: string, reply: string, value: 'good' | 'bad'): Promise<void> {
    return this.#ok(this.send('PUT', `/api/messages/${message}/vote`, { reply, value }))
  }

  regenerate(message: string, reply: string, key = freshKey()): Promise<void> {
    return this.#ok(this.send('POST', `/api/messages/${message}/regenerate`, { reply, key }))
  }

  earlier(message: string, nth: number): Promise<EarlierView> {
    return this.#ok(this.send('GET', `/api/messages/${message}/earlier/${nth}`))
  }

  async events(lastEventId?: string): Promise<EventReader> {
    const stop = new AbortController()
    const response = await fetch(`${this.url}/api/events`, {
      headers: {
        cookie: this.cookie,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: stop.signal,
    })
    if (response.body === null || !response.ok) throw new Error(`${response.status} ${await response.text()}`)
    const heard: Heard[] = []
    const waiting = new Set<() => void>()
    let ended: string | undefined
    void readFrames(response.body, (frame) => {
      heard.push(frame)
      for (const check of waiting) check()
    })
      .then(
        () => 'it was closed',
        (thrown: unknown) => String(thrown),
      )
      .then((reason) => {
        ended = reason
        for (const check of waiting) check()
      })
    return {
      heard,
      until: (done) =>
        new Promise((resolve, reject) => {
          const check = (): void => {
            if (done(heard)) resolve(heard)
            else if (ended !== undefined) reject(new Error(`the event stream ended: ${ended}`))
            else return
            waiting.delete(check)
          }
          waiting.add(check)
          check()
        }),
      [Symbol.asyncDispose]: async () => stop.abort(),
    }
  }
}

async function readFrames(body: ReadableStream<Uint8Array>, onFrame: (frame: Heard) => void): Promise<void> {
  let text = ''
  for await (const chunk of body.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
  )) {
    text += chunk
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      const id = /^id: (.*)$/m.exec(frame)?.[1]
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      if (id !== undefined && data !== undefined) onFrame({ id, event: JSON.parse(data) as WireEvent })
    }
  }
}

/** A thread as a page that follows the events shows it: what the events say must equal what a read says. */
export function replay(start: readonly MessageView[], events: readonly WireEvent[]): readonly MessageView[] {
  let messages = [...start]
  const change = (id: string, rev: number, next: (message: MessageView) => MessageView): void => {
    messages = messages.map((each) => (each.id === id && rev > each.rev ? { ...next(each), rev } : each))
  }
  for (const event of events) {
    if (event.type === 'message') {
      if (messages.some(({ id }) => id === event.message.id))
        change(event.message.id, event.message.rev, () => event.message)
      else messages.push(event.message)
    } else if (event.type === 'removed') messages = messages.filter(({ id }) => id !== event.message)
    else if (event.type === 'reactions') {
      const reactions: readonly ReactionView[] = event.reactions
      change(event.message, event.rev, (message) => ({ ...message, reactions }))
    } else if (event.type === 'patch') {
      const { keep, text, finished, controls } = event
      change(event.message, event.rev, (message) => ({
        ...message,
        text: message.text.slice(0, keep) + text,
        finished,
        controls,
      }))
    }
  }
  return messages
}
