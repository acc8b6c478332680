import type OpenAI from 'openai'
import { count, field, firstOf, words } from '../shape.ts'
import type { Reading } from './reading.ts'
import type { WireRequest } from './request.ts'

type Body = OpenAI.Chat.ChatCompletionCreateParamsStreaming

/**
 * The request on the Chat Completions wire. One `system` message comes first: `developer` and `name` are refused by
 * many chat templates. Speakers are already named in the content (rule C4).
 */
export function chatBody(request: WireRequest, askUsage: boolean): Body {
  const { model, prompt, sampling, official, cacheKey } = request
  return {
    model,
    messages: [
      ...(prompt.system === '' ? [] : [{ role: 'system' as const, content: prompt.system }]),
      ...prompt.turns.map(({ role, content }) => ({ role, content })),
    ],
    stream: true,
    store: false, // M4
    ...(askUsage ? { stream_options: { include_usage: true } } : {}),
    ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
    ...(sampling.topP === undefined ? {} : { top_p: sampling.topP }),
    // OpenAI deprecates `max_tokens`; compatible servers document only that one.
    ...(sampling.maxTokens === undefined
      ? {}
      : official
        ? { max_completion_tokens: sampling.maxTokens }
        : { max_tokens: sampling.maxTokens }),
    // Deprecated at OpenAI; the compatible servers draw by it.
    ...(official || sampling.seed === undefined ? {} : { seed: sampling.seed }),
    ...(official && cacheKey !== undefined ? { prompt_cache_key: cacheKey } : {}),
  }
}

/** Reads one chunk. Reasoning (`delta.reasoning_content`, `delta.reasoning`) is never shown, so it means nothing. */
export function readChat(chunk: unknown): readonly Reading[] {
  const readings: Reading[] = []
  // The usage chunk, and Azure's first one, come with `choices: []`.
  const choice = firstOf(field(chunk, 'choices'))
  const delta = field(choice, 'delta')
  const name = words(field(chunk, 'model'))
  const text = words(field(delta, 'content'))
  const refusal = words(field(delta, 'refusal'))
  const reason = words(field(choice, 'finish_reason'))
  const usage = field(chunk, 'usage')

  if (name !== undefined) readings.push({ type: 'model', name })
  if (text !== undefined) readings.push({ type: 'text', delta: text })
  if (refusal !== undefined) readings.push({ type: 'refusal', delta: refusal })
  if (reason !== undefined) readings.push(finishOf(reason))
  if (typeof usage === 'object' && usage !== null) {
    readings.push({
      type: 'usage',
      usage: {
        inputTokens: count(field(usage, 'prompt_tokens')),
        outputTokens: count(field(usage, 'completion_tokens')),
        cachedTokens: count(field(field(usage, 'prompt_tokens_details'), 'cached_tokens')),
      },
    })
  }
  return readings
}

function finishOf(reason: string): Reading {
  switch (reason) {
    case 'length':
      return { type: 'finish', finish: 'length' }
    case 'content_filter':
      return { type: 'finish', finish: 'filtered' }
    case 'error': // OpenRouter: the model behind it failed
      return { type: 'failed', code: 'error', said: undefined }
    default: // `stop`, and what compatible servers call it
      return { type: 'finish', finish: 'stop' }
  }
}
