/** Pages beside the conversations. No channel's name is empty, so their addresses begin with a slash. */
export const PLACES = ['console', 'insights', 'privacy', 'rank'] as const
export type Place = (typeof PLACES)[number]

/**
 * What is open, as the address says it: `#general`, `#general/<thread>`, `#general/new`, `#/insights`. A page about
 * one thing names it, and may name the conversation that it came from: `#/rank/<task>/general/<thread>`.
 */
export interface Route {
  readonly channel: string
  /** A thread's id, `new` for the empty composer, or `null` for the channel's list alone (matters on a phone). */
  readonly thread: string | null
  /** Shown instead of any conversation. */
  readonly at?: Place
  /** What that page is about. */
  readonly item?: string
}

export const HOME: Route = { channel: 'general', thread: null }

export function readRoute(hash: string): Route {
  const [channel, thread, item, ...from] = hash.replace(/^#/, '').split('/').map(plain)
  if (channel !== undefined && channel !== '') return { channel, thread: thread || null }
  const at = PLACES.find((place) => place === thread)
  if (at === undefined) return HOME
  const conversation = { channel: from[0] || HOME.channel, thread: from[1] || null }
  return item ? { ...conversation, at, item } : { ...HOME, at }
}

export function hashOf({ channel, thread, at, item }: Route): string {
  const conversation = [channel, ...(thread === null ? [] : [thread])].map(encodeURIComponent).join('/')
  if (at === undefined) return `#${conversation}`
  return item === undefined ? `#/${at}` : `#/${at}/${encodeURIComponent(item)}/${conversation}`
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
