/** Plain examples and permits to build datasets from. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type BuildRequest, buildDataset, type Finder, type Found } from '#core/learning/dataset/build.ts'
import type { Example } from '#core/learning/dataset/example.ts'
import type { Permits } from '#core/learning/dataset/permits.ts'
import { createSourceGate } from '#core/safety/source-gate.ts'

type Of<Is extends Example['is']> = Extract<Example, { is: Is }>

const origin = (nth: number) => ({
  source: 'dialogues' as const,
  record: `r${String(nth).padStart(6, '0')}`,
  at: 1_000 + nth,
  since: 1_000 + nth,
  provenance: 'console',
  thread: `record/${nth}`,
  people: ['p_trainer'],
  made: [],
})

/** Words that no two numbers share, so that nothing is alike by chance. */
export const words = (nth: number, count = 12): string =>
  Array.from({ length: count }, (_, place) => ((nth + 1) * 7_919 + place * 104_729).toString(36)).join(' ')

export const dialogue = (nth: number, more: Partial<Of<'dialogue'>> = {}): Of<'dialogue'> => ({
  ...origin(nth),
  is: 'dialogue',
  prompt: [{ role: 'user', content: `${words(nth)}?` }],
  answer: `${words(nth + 500_000)}.`,
  ...more,
})

export const ranked = (nth: number, more: Partial<Of<'ranked'>> = {}): Of<'ranked'> => ({
  ...origin(nth),
  source: 'rankings',
  is: 'ranked',
  prompt: [{ role: 'user', content: `${words(nth + 1_000_000)}?` }],
  candidates: [1, 2, 3, 4].map((each) => `${words(nth + each * 2_000_000)}.`),
  rankings: [{ order: [[0], [1], [2], [3]], allBad: false }],
  ...more,
})

export const voted = (nth: number, more: Partial<Of<'voted'>> = {}): Of<'voted'> => ({
  ...origin(nth),
  source: 'votes',
  is: 'voted',
  prompt: [{ role: 'user', content: `${words(nth + 20_000_000)}?` }],
  answer: `${words(nth + 21_000_000)}.`,
  good: true,
  ...more,
})

export const better = (nth: number, more: Partial<Of<'better'>> = {}): Of<'better'> => ({
  ...origin(nth),
  source: 'corrections',
  is: 'better',
  prompt: [{ role: 'user', content: `${words(nth + 30_000_000)}?` }],
  chosen: `${words(nth + 31_000_000)}.`,
  rejected: `${words(nth + 32_000_000)}.`,
  ...more,
})

/** As imported instruction data comes. */
export const imported = (nth: number): Of<'dialogue'> =>
  dialogue(nth + 40_000_000, { source: 'imports', provenance: 'import:MIT', people: [] })

export const dialogues = (count: number, first = 0): readonly Example[] =>
  Array.from({ length: count }, (_, nth) => dialogue(first + nth))

export const finding = (found: Iterable<Example | Found>): Finder =>
  async function* () {
    for (const each of found) yield 'is' in each ? { source: each.source, examples: [each] } : each
  }

/** Everybody agreed, nothing names anybody, and Slack and Discord are closed. */
export const permits = (more: Partial<Permits> = {}): Permits => ({
  gate: createSourceGate({ platformTextDays: 30 }),
  now: 2_000,
  consents: { allows: async () => true, epoch: async () => 3 },
  deidentify: async (turns) => turns,
  redactor: 'none-1',
  hide: (thread) => `t_${thread}`,
  ...more,
})

export const request = (out: string, more: Partial<BuildRequest> = {}): BuildRequest => ({
  out,
  kinds: ['sft'],
  seed: '1',
  salt: 'salt',
  pairs: 'disjoint',
  margin: false,
  perPerson: 1_000_000,
  byPerson: false,
  mix: undefined,
  parent: undefined,
  heldOut: [],
  ...more,
})

/** A directory of its own, gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-dataset-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Builds into a new directory. */
export async function build(
  examples: Iterable<Example | Found>,
  more: Partial<BuildRequest> = {},
  permit: Partial<Permits> = {},
) {
  const out = more.out ?? join(folder(), 'data')
  const manifest = await buildDataset(request(out, { ...more, out }), [finding(examples)], permits(permit))
  return { out, manifest }
}

export const lines = (out: string, path: string): readonly unknown[] =>
  readFileSync(join(out, path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/** Rows of a kind, in every split. */
export const rowsOf = (
  out: string,
  manifest: { files: readonly { kind: string; path: string }[] },
  kind: string,
) => manifest.files.filter((file) => file.kind === kind).flatMap(({ path }) => lines(out, path))
