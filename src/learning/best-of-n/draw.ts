import type { Clock } from '#core/clock.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, Prompt, StreamOptions } from '#core/model/model.ts'
import type { Candidate, Candidates } from './candidates.ts'

export interface Draw {
  readonly n: number
  /** The nth is drawn with this plus n. */
  readonly seed: number
  readonly clock: Clock
}

/** Milliseconds that the others have at least, once the first answer is whole: nobody waits for one that hangs. */
const LEAST_PATIENCE_MS = 2_000

type Outcome = { readonly candidate: Candidate } | { readonly error: unknown }

/**
 * Several answers to one prompt, all asked for at once. Once one is whole, the others have as long again.
 *
 * @returns those that came, in the order they were asked for.
 * @throws ModelError when none came, or the signal aborted.
 */
export async function draw(
  model: LanguageModel,
  prompt: Prompt,
  options: StreamOptions,
  { n, seed, clock }: Draw,
): Promise<Candidates> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const began = clock.now()
  const first = Promise.withResolvers<void>()
  const outcomes = new Map<number, Outcome>()
  const all = Promise.all(
    Array.from({ length: n }, async (_, nth) => {
      const sampling = { ...options.sampling, seed: seed + nth }
      const outcome = await drawOne(model, prompt, { ...options, sampling, signal }, nth)
      outcomes.set(nth, outcome)
      if ('candidate' in outcome) first.resolve()
    }),
  )
  const patience = first.promise.then(() =>
    clock.sleep(Math.max(LEAST_PATIENCE_MS, clock.now() - began), over.signal),
  )
  await Promise.race([all, patience])
  over.abort()
  if (options.signal.aborted) throw new ModelError('aborted', 'the request was cancelled')
  return whatCame([...outcomes].toSorted(([a], [b]) => a - b).map(([, outcome]) => outcome))
}

function whatCame(outcomes: readonly Outcome[]): Candidates {
  // A fault of ours is never hidden behind the answers that came.
  for (const outcome of outcomes)
    if ('error' in outcome && !(outcome.error instanceof ModelError)) throw outcome.error
  const [candidate, ...others] = outcomes.flatMap((outcome) =>
    'candidate' in outcome ? outcome.candidate : [],
  )
  if (candidate !== undefined) return [candidate, ...others]
  throw outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []))[0]
}

async function drawOne(
  model: LanguageModel,
  prompt: Prompt,
  options: StreamOptions,
  nth: number,
): Promise<Outcome> {
  let text = ''
  let refused = false
  try {
    for await (const event of model.stream(prompt, options)) {
      if (event.type === 'done') {
        const { finish, model, usage } = event
        return { candidate: { nth, text, refused, finish, model, ...(usage === undefined ? {} : { usage }) } }
      }
      refused ||= event.type === 'refusal'
      text += event.delta
    }
    return {
      error: new ModelError('broken_stream', `${model.label} ended its answer without a terminal event`),
    }
  } catch (error) {
    return { error }
  }
}
