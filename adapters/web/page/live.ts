import type { WireEvent } from '../protocol.ts'

/** Milliseconds before a stream that the server refused is asked for again. */
const RETRY_MS = 2_000

/**
 * Listen to the server's events for as long as the page lives. The browser resumes a broken stream by itself; one
 * that was refused (a restart, a lost session) is opened anew, and begins with `ready`.
 */
export function listen(
  onEvent: (event: WireEvent) => void,
  onLink: (link: 'open' | 'away') => void,
): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = (): void => {
    source = new EventSource('/api/events')
    source.onopen = () => onLink('open')
    source.onmessage = ({ data }) => onEvent(JSON.parse(String(data)) as WireEvent)
    source.onerror = () => {
      onLink('away')
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS)
    }
  }
  open()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}
