import { createHash } from 'node:crypto'
import * as z from 'zod'
import { choice } from '#core/feedback/choice.ts'
import type { Turn } from './dataset.ts'
import { normalise } from './likeness.ts'

/** What a record is, for people: the name under which a build says what it took and what it left out. */
export const SOURCES = ['dialogues', 'corrections', 'rankings', 'votes', 'imports'] as const
export type Source = (typeof SOURCES)[number]

const turn = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }).readonly()

/** How an answer was made (rule M5), where a model made it. */
export const made = z
  .object({
    model: z.string(),
    promptVersion: z.string(),
    sampling: z.record(z.string(), z.number()).readonly(),
    /** How it was chosen among several: what a reward model liked best is no draw of the model itself. */
    choice: choice.exactOptional(),
  })
  .readonly()
export type Made = z.infer<typeof made>

const origin = {
  source: z.enum(SOURCES),
  /** Id of the record that it is made of. */
  record: z.string(),
  /** Milliseconds since the epoch: earlier examples stay where they are when later ones come (rule L1). */
  at: z.number(),
  /** When the oldest of it was said, milliseconds since the epoch: text of platforms may be used while it is young. */
  since: z.number(),
  provenance: z.string(),
  /** Names the conversation; a pseudonym once it was admitted. */
  thread: z.string(),
  /** Pseudonyms of everybody whose words or judgement are in it (rule S2). */
  people: z.array(z.string()).readonly(),
  /** In the order of the answers; what people wrote has none. */
  made: z.array(made).readonly(),
}

const dialogue = z.object({ ...origin, is: z.literal('dialogue'), prompt: z.array(turn), answer: z.string() })
const better = z.object({
  ...origin,
  is: z.literal('better'),
  prompt: z.array(turn),
  chosen: z.string(),
  rejected: z.string(),
})
const judgement = z.object({
  /** Indices of `candidates`, best first; those that are as good as each other stand together. */
  order: z.array(z.array(z.number()).readonly()).readonly(),
  allBad: z.boolean(),
})
const ranked = z.object({
  ...origin,
  is: z.literal('ranked'),
  prompt: z.array(turn),
  candidates: z.array(z.string()).readonly(),
  /** One a rater. */
  rankings: z.array(judgement).readonly(),
})
const voted = z.object({
  ...origin,
  is: z.literal('voted'),
  prompt: z.array(turn),
  answer: z.string(),
  good: z.boolean(),
})

/** Something to learn from, before it has the shape that a trainer wants. The prompt ends with a person's turn. */
export const example = z.discriminatedUnion('is', [dialogue, better, ranked, voted])
export type Example = z.infer<typeof example>
export type Ranked = Extract<Example, { is: 'ranked' }>
export type Judgement = z.infer<typeof judgement>

/** What was said in no thread is a conversation of its own. */
const OWN_THREAD = 'record/'
export const ownThread = (record: string): string => `${OWN_THREAD}${record}`
export const isOwnThread = (thread: string): boolean => thread.startsWith(OWN_THREAD)

/** The answers that it holds. */
export function answersOf(example: Example): readonly string[] {
  switch (example.is) {
    case 'dialogue':
    case 'voted':
      return [example.answer]
    case 'better':
      return [example.chosen, example.rejected]
    case 'ranked':
      return example.candidates
  }
}

/** The same example with other words: `words` are the prompt's turns in order, then the answers. */
export function reworded(example: Example, prompt: Turn[], answers: readonly string[]): Example {
  const [first = '', second = ''] = answers
  switch (example.is) {
    case 'dialogue':
    case 'voted':
      return { ...example, prompt, answer: first }
    case 'better':
      return { ...example, prompt, chosen: first, rejected: second }
    case 'ranked':
      return { ...example, prompt, candidates: answers }
  }
}

/**
 * A conversation as text to compare. Without the system prompt: it is the same for everybody, and would make all
 * short conversations alike.
 */
export const textOf = (turns: readonly Turn[]): string =>
  normalise(
    turns
      .filter(({ role }) => role !== 'system')
      .map(({ content }) => content)
      .join('\n'),
  )

/** What must not be in two splits: the prompt, and the prompt with each of its answers. */
export const textsOf = (prompt: readonly Turn[], answers: readonly string[]): readonly string[] => [
  textOf(prompt),
  ...answers.map((content) => textOf([...prompt, { role: 'assistant', content }])),
]

/** 128 bits of a SHA-256: no two texts ever share it. */
const HASH_DIGITS = 32

export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS)

/** The same prompt, whatever its letters' case and spacing. */
export const promptHash = (prompt: readonly Turn[]): string => hashOf(textOf(prompt))
