import type { Problem, SuggestionView } from '../protocol.ts'
import type { PlainScript, Side } from './console-script.ts'

const BROKE_OFF = 'The suggestion broke off: Parley is not answering. Please try again in a moment.'

/**
 * Asks for the next turn and hears it word by word. The last event is `done` or `failed`, whatever happens on the way.
 *
 * @throws the signal's reason
 */
export async function suggest(
  wish: PlainScript & { readonly side: Side },
  signal: AbortSignal,
  hear: (event: SuggestionView) => void,
): Promise<void> {
  let isOver = false
  try {
    const response = await fetch('/api/console/suggestions', {
      ...{ method: 'POST', body: JSON.stringify(wish), signal },
      headers: { 'content-type': 'application/json' },
    })
    if (!response.ok) return hear({ type: 'failed', say: await reasonIn(response) })
    for await (const event of eventsIn(response)) {
      isOver = event.type === 'done' || event.type === 'failed'
      hear(event)
    }
  } catch {
    signal.throwIfAborted()
  }
  if (!isOver) hear({ type: 'failed', say: BROKE_OFF })
}

async function reasonIn(response: Response): Promise<string> {
  const answer: unknown = await response.json().catch(() => null)
  return answer === null ? BROKE_OFF : (answer as Problem).error.message
}

async function* eventsIn({ body }: Response): AsyncGenerator<SuggestionView> {
  if (body === null) return
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const frames = (text + value).split('\n\n')
      text = frames.pop() ?? ''
      for (const frame of frames)
        if (frame.startsWith('data: ')) yield JSON.parse(frame.slice('data: '.length))
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}
