import type { Wire } from '#core/model/wire.ts'

/** Server-sent events as OpenAI's documentation shows them, one string each. */
export interface WireWords {
  text(delta: string): string
  refusal(delta: string): string
  /** The wire's terminal event, with usage. */
  end(): string
  /** The vendor's filter stopped it. */
  filtered(): string
}

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`
const named = (type: string, data: object) => `event: ${type}\n${event({ type, ...data })}`

const chunk = (delta: object, finish: string | null = null) =>
  event({
    id: 'c',
    object: 'chat.completion.chunk',
    model: 'm-1',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })

const response = (status: string, more: object = {}) => ({
  response: { id: 'r', model: 'm-1', status, usage: { input_tokens: 5, output_tokens: 2 }, ...more },
})

export const words: Record<Wire, WireWords> = {
  chat: {
    text: (content) => chunk({ content }),
    refusal: (refusal) => chunk({ refusal }),
    end: () =>
      `${chunk({}, 'stop')}${event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } })}data: [DONE]\n\n`,
    filtered: () => `${chunk({}, 'content_filter')}data: [DONE]\n\n`,
  },
  responses: {
    text: (delta) => named('response.output_text.delta', { delta }),
    refusal: (delta) => named('response.refusal.delta', { delta }),
    end: () => named('response.completed', response('completed')),
    filtered: () =>
      named(
        'response.incomplete',
        response('incomplete', { incomplete_details: { reason: 'content_filter' } }),
      ),
  },
}

/** Failures inside a stream that began well, as each wire words them. */
export const failures: Record<Wire, (code: string) => string> = {
  chat: (code) => event({ error: { message: 'no', code } }),
  responses: (code) => named('response.failed', response('failed', { error: { code, message: 'no' } })),
}

export { chunk, event, named }
