import type { WireEvent } from '../protocol.ts'

/** Milliseconds before a stream that the server refused is asked for again. */
const RETRY_MS = 2_000

/**
 * Listen to the server's events for as long as the page lives. The browser resumes a broken stream by itself; one
 * that was refused (a restart, a lost session) is opened anew.
 *
 * A page that nobody sees hangs up, and goes on where it was once it is seen: over plain HTTP a browser opens six
 * connections to one server for all its tabs together, and with six streams no further tab would load.
 */
export function listen(
  onEvent: (event: WireEvent) => void,
  onLink: (link: 'open' | 'away') => void,
): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Id of the newest event; empty before the first. */
  let newest = ''
  const open = (): void => {
    source = new EventSource(
      newest === '' ? '/api/events' : `/api/events?after=${encodeURIComponent(newest)}`,
    )
    source.onopen = () => onLink('open')
    source.onmessage = ({ data, lastEventId }) => {
      newest = lastEventId
      onEvent(JSON.parse(String(data)) as WireEvent)
    }
    source.onerror = () => {
      onLink('away')
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS)
    }
  }
  const close = (): void => {
    clearTimeout(timer)
    source?.close()
  }
  const follow = (): void => {
    close()
    if (!document.hidden) open()
  }
  document.addEventListener('visibilitychange', follow)
  follow()
  return () => {
    document.removeEventListener('visibilitychange', follow)
    close()
  }
}
