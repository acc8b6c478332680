/** Pages beside the conversations. No channel's name is empty, so their addresses begin with a slash. */
export const PLACES = ['insights'] as const
export type Place = (typeof PLACES)[number]

/** What is open, as the address says it: `#general`, `#general/<thread>`, `#general/new`, `#/insights`. */
export interface Route {
  readonly channel: string
  /** A thread's id, `new` for the empty composer, or `null` for the channel's list alone (matters on a phone). */
  readonly thread: string | null
  /** Shown instead of any conversation. */
  readonly at?: Place
}

export const HOME: Route = { channel: 'general', thread: null }

export function readRoute(hash: string): Route {
  const [channel, thread] = hash.replace(/^#/, '').split('/').map(plain)
  if (channel !== undefined && channel !== '') return { channel, thread: thread || null }
  const at = PLACES.find((place) => place === thread)
  return at === undefined ? HOME : { ...HOME, at }
}

export const hashOf = ({ channel, thread, at }: Route): string =>
  at !== undefined
    ? `#/${at}`
    : `#${encodeURIComponent(channel)}${thread === null ? '' : `/${encodeURIComponent(thread)}`}`

function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
