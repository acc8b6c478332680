/** What is open, as the address says it: `#general`, `#general/<thread>`, `#general/new`. */
export interface Route {
  readonly channel: string
  /** A thread's id, `new` for the empty composer, or `null` for the channel's list alone (matters on a phone). */
  readonly thread: string | null
}

export const HOME: Route = { channel: 'general', thread: null }

export function readRoute(hash: string): Route {
  const [channel, thread] = hash.replace(/^#/, '').split('/').map(plain)
  return channel === undefined || channel === '' ? HOME : { channel, thread: thread || null }
}

export const hashOf = ({ channel, thread }: Route): string =>
  `#${encodeURIComponent(channel)}${thread === null ? '' : `/${encodeURIComponent(thread)}`}`

function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
