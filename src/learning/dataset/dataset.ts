/**
 * Datasets: what people gave, as one directory that feeds every training engine. Rules F4, L1, L2, L5, S1, S2, S4, T6.
 *
 *     sources/*     records of feedback -> `Example`s, each with where it comes from and whose words are in it
 *     admit.ts      the source gate, consent and de-identification: what may leave the store
 *     spool.ts      admitted examples on disk, so that memory holds only what is needed to choose among them
 *     arrange.ts    duplicates out, train / validation / test by conversation
 *     choose.ts     the limit per person and the mix of sources
 *     rows.ts       an example -> rows of each kind, as the consumer documents them (formats.ts)
 *     build.ts      all of it, into a directory that appears only when it is whole
 *     verify.ts     checks any such directory: checksums, rows, counts, leaks
 *
 * Nothing here draws a random number: what is left to chance follows from HMACs under the seed or the salt, so the
 * same records with the same seed and salt give the same bytes (rule L5).
 */

export const KINDS = [
  'sft',
  'completion',
  'pref',
  'rank',
  'kto',
  'prompts',
  'sft-openai',
  'dpo-openai',
  'rft-openai',
] as const
export type Kind = (typeof KINDS)[number]

export const KIND_LABELS: Readonly<Record<Kind, string>> = {
  sft: 'dialogues, TRL and OpenRLHF `messages`',
  completion: 'dialogues, TRL prompt and completion',
  pref: 'pairs, TRL and OpenRLHF prompt, chosen, rejected',
  rank: 'whole rankings of K answers',
  kto: 'single answers, good or bad (TRL KTO)',
  prompts: 'prompts to train a policy on (TRL, OpenRLHF)',
  'sft-openai': 'dialogues, OpenAI fine-tuning',
  'dpo-openai': 'pairs, OpenAI preference fine-tuning',
  'rft-openai': 'questions with a reference answer, OpenAI reinforcement fine-tuning',
}

export const SPLITS = ['train', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]

/** Per hundred. Validation chooses a model, test says how good it is: both stay small while data is scarce. */
export const SPLIT_SHARES: Readonly<Record<Split, number>> = { train: 90, validation: 5, test: 5 }

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** Something about a dataset, or what it is made of, is not right, and whoever runs the command can mend it. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'
}
