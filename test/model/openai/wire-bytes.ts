import type { LanguageModel } from '#core/model/model.ts'
import { createOpenAI, type OpenAISettings } from '#core/model/openai/openai.ts'

export interface Sent {
  readonly url: string
  readonly headers: Headers
  readonly body: unknown
}

/** A model whose network is `answer`, and everything it sent. */
export function modelOver(
  answer: (sent: Sent) => Response | Promise<Response>,
  settings: Partial<OpenAISettings> = {},
): { readonly model: LanguageModel; readonly sent: readonly Sent[] } {
  const sent: Sent[] = []
  const fake: typeof fetch = async (input, init) => {
    const request: Sent = {
      url: String(input),
      headers: new Headers(init?.headers),
      body: JSON.parse(String(init?.body)),
    }
    sent.push(request)
    return await answer(request)
  }
  const model = createOpenAI(
    { model: 'm', wire: 'auto', firstByteMs: 60_000, idleMs: 60_000, ...settings },
    { fetch: fake },
  )
  return { model, sent }
}

/** A stream of these bytes; `torn` ends it with a dropped socket instead of in good order. */
export function streamOf(pieces: readonly Uint8Array[], torn = false): Response {
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece !== undefined) controller.enqueue(piece)
      else if (torn) controller.error(new TypeError('terminated'))
      else controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
