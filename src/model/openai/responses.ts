import type OpenAI from 'openai'
import { count, field, words } from '../shape.ts'
import type { Reading } from './reading.ts'
import type { WireRequest } from './request.ts'

type Body = OpenAI.Responses.ResponseCreateParamsStreaming

/** The request on the Responses wire: the whole conversation every time, and nothing kept by the vendor (rule M4). */
export function responsesBody(request: WireRequest): Body {
  const { model, prompt, sampling, official, cacheKey, effort } = request
  return {
    model,
    input: prompt.turns.map(({ role, content }) => ({ role, content })),
    stream: true,
    store: false, // M4: the vendor's default is true
    ...(prompt.system === '' ? {} : { instructions: prompt.system }),
    ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
    ...(sampling.topP === undefined ? {} : { top_p: sampling.topP }),
    ...(sampling.maxTokens === undefined ? {} : { max_output_tokens: sampling.maxTokens }),
    ...(official && cacheKey !== undefined ? { prompt_cache_key: cacheKey } : {}),
    ...(effort === undefined ? {} : { reasoning: { effort } }),
  }
}

/** Reads one event. Of some sixty types only these concern a chat; reasoning is never shown. */
export function readResponses(event: unknown): readonly Reading[] {
  const delta = words(field(event, 'delta'))
  const response = field(event, 'response')
  const type = field(event, 'type')
  switch (type) {
    case 'response.output_text.delta':
      return delta === undefined ? [] : [{ type: 'text', delta }]
    case 'response.refusal.delta':
      return delta === undefined ? [] : [{ type: 'refusal', delta }]
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      return [...aboutIt(response), endOf(response, type)]
    case 'error':
      return [failed(event)]
    default:
      return []
  }
}

/** The status counts like the event's name: some servers end every stream with `response.completed`. */
function endOf(response: unknown, type: string): Reading {
  const ended = [words(field(response, 'status')), type.slice('response.'.length)]
  if (ended.includes('failed') || ended.includes('cancelled')) return failed(field(response, 'error'))
  if (!ended.includes('incomplete')) return { type: 'finish', finish: 'stop' }
  const reason = field(field(response, 'incomplete_details'), 'reason')
  return { type: 'finish', finish: reason === 'content_filter' ? 'filtered' : 'length' }
}

function aboutIt(response: unknown): readonly Reading[] {
  const readings: Reading[] = []
  const name = words(field(response, 'model'))
  const usage = field(response, 'usage')
  if (name !== undefined) readings.push({ type: 'model', name })
  if (typeof usage === 'object' && usage !== null) {
    readings.push({
      type: 'usage',
      usage: {
        inputTokens: count(field(usage, 'input_tokens')),
        outputTokens: count(field(usage, 'output_tokens')),
        cachedTokens: count(field(field(usage, 'input_tokens_details'), 'cached_tokens')),
      },
    })
  }
  return readings
}

const failed = (error: unknown): Reading => ({
  type: 'failed',
  code: words(field(error, 'code')),
  said: words(field(error, 'message')),
})
