import { createHash } from 'node:crypto'
import type { Kind, Turn } from './dataset.ts'
import { type Example, promptHash } from './example.ts'
import type { Row } from './formats.ts'
import { type Pairing, pairsOf } from './pairs.ts'

export interface RowOptions {
  readonly pairs: Pairing
  /** Preference pairs say how far apart their answers stand. */
  readonly margin: boolean
  readonly seed: string
}

/** The rows of one kind that an example gives: none where the kind is of something else. */
export function rowsOf(kind: Kind, example: Example, options: RowOptions): readonly Row[] {
  const { prompt } = example
  switch (kind) {
    case 'sft':
      return example.is === 'dialogue' ? [{ messages: [...prompt, says(example.answer)] }] : []
    case 'completion':
      return example.is === 'dialogue' ? [{ prompt, completion: [says(example.answer)] }] : []
    case 'sft-openai':
      return example.is === 'dialogue' ? [{ messages: [...unlearnt(example), says(example.answer)] }] : []
    case 'rft-openai':
      return example.is === 'dialogue' ? [{ messages: prompt, reference_answer: example.answer }] : []
    case 'kto':
      return example.is === 'voted'
        ? [{ prompt, completion: [says(example.answer)], label: example.good }]
        : []
    case 'prompts':
      return [{ prompt, label: JSON.stringify({ pid: promptHash(prompt), ctx_sha: contextSha(prompt) }) }]
    case 'pref':
      return preferences(example, options).map(({ chosen, rejected, margin }) => ({
        ...{ prompt, chosen: [says(chosen)], rejected: [says(rejected)] },
        ...(options.margin ? { margin } : {}),
      }))
    case 'dpo-openai':
      return preferences(example, options).map(({ chosen, rejected }) => ({
        input: { messages: prompt, tools: [], parallel_tool_calls: true },
        preferred_output: [says(chosen)],
        non_preferred_output: [says(rejected)],
      }))
    case 'rank':
      return example.is === 'ranked' ? rankings(example) : []
  }
}

const says = (content: string) => ({ role: 'assistant', content }) as const

/** In a correction only the last answer was written by a person: the earlier ones stay out of the loss. */
const unlearnt = (example: Example) =>
  example.prompt.map((turn) =>
    turn.role === 'assistant' && example.source === 'corrections' ? { ...turn, weight: 0 as const } : turn,
  )

function preferences(example: Example, { pairs, seed }: RowOptions) {
  switch (example.is) {
    case 'better':
      // A person wrote it because the other was not good enough: as far apart as answers can be.
      return [{ chosen: example.chosen, rejected: example.rejected, margin: 1 }]
    case 'ranked':
      return pairsOf(example, pairs, seed).map(({ chosen, rejected, margin }) => ({
        chosen: example.candidates[chosen] ?? '',
        rejected: example.candidates[rejected] ?? '',
        margin: Number(margin.toFixed(4)),
      }))
    case 'dialogue':
    case 'voted':
      return []
  }
}

const rankings = ({ prompt, candidates, rankings }: Extract<Example, { is: 'ranked' }>): readonly Row[] =>
  rankings.map(({ order, allBad }) => ({
    prompt,
    candidates: candidates.map(says),
    order: order.map((tied) => [...tied]),
    all_bad: allBad,
    weight: 1 / rankings.length,
  }))

/** So that a reward server knows that it has the right conversation for a `pid`. */
export const contextSha = (prompt: readonly Turn[]): string =>
  createHash('sha256').update(JSON.stringify(prompt)).digest('hex')
