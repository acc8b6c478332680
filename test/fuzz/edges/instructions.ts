import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { Demonstrations } from '#core/feedback/demonstrations.ts'
import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { importInstructions } from '#core/learning/dataset/instructions/import.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { edge } from '../edge.ts'
import { hostile, hostileText, junk, mutated } from '../hostile.ts'
import { stateIn } from '../state.ts'

interface File {
  /** A text as it is, rows, or one JSON value. */
  readonly content: string
  readonly licence: string
}

const SAMPLES: readonly unknown[] = [
  { question: 'Why?', answer: 'So.' },
  { instruction: 'Sum up.', input: 'A text.', output: 'A sum.' },
  { prompt: 'Q: a?\nA: b\n\nQ: c?\nA:', completion: ' d' },
  {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Why?' },
      { role: 'assistant', content: 'So.' },
    ],
  },
  {
    conversations: [
      { from: 'human', value: 'Why?' },
      { from: 'gpt', value: 'So.' },
    ],
  },
]

/** `parley learn dataset import`: a file with anything wrong in it is refused whole. */
export const instructionsEdge = edge<File>('instructions', 8, async () => {
  const { store, state, close } = stateIn()
  const demonstrations = new Demonstrations(
    store.keyv('demonstrations'),
    await Pseudonyms.open(store.keyv('secrets')),
  )
  const folder = mkdtempSync(join(tmpdir(), 'parley-fuzz-'))
  const path = join(folder, 'rows')
  const asLines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row) ?? '').join('\n')
  const rows = fc.array(mutated(SAMPLES), { minLength: 1, maxLength: 6 })
  const text = fc.oneof(
    fc
      .array(
        fc.oneof(hostileText, fc.constantFrom('Q: a?', 'A: b', '---', '===', 'User: x', 'Assistant: y', '')),
        { maxLength: 12 },
      )
      .map((lines) => lines.join('\n')),
    fc.string({ unit: 'binary', maxLength: 300 }),
  )
  // A row that is surely bad behind good ones: nothing of the file may stay.
  const spoilt = fc
    .tuple(
      rows,
      fc.constantFrom('{"question":', '{"quest":"?"}', '[1', 'null', '7', '{"prompt":1,"completion":[]}'),
    )
    .map(([good, bad]) => `${asLines([{ question: 'Fine?', answer: 'Yes.' }, ...good])}\n${bad}`)
  return {
    state,
    invalid: fc.oneof(
      spoilt.map((content) => ({ content, licence: 'MIT' })),
      junk.map((value) => ({ content: JSON.stringify({ none: value }) ?? '', licence: 'MIT' })),
      fc
        .constantFrom('', ' ', 'my own', '../x', '\0')
        .map((licence) => ({ content: asLines(SAMPLES), licence })),
    ),
    wild: fc.record({
      content: fc.oneof(
        rows.map(asLines),
        rows.map((all) => JSON.stringify(all)),
        hostile.map((value) => JSON.stringify(value) ?? ''),
        text,
      ),
      licence: fc.oneof(fc.constantFrom('MIT', 'CC-BY-4.0'), hostileText),
    }),
    async take({ content, licence }) {
      writeFileSync(path, content)
      const before = state.changes()
      const error = await importInstructions({ path, licence, at: 1 }, demonstrations).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (error === undefined) return
      if (!(error instanceof DatasetError)) throw error
      if (state.changes() !== before) throw new Error('A file that was refused left something.')
    },
    [Symbol.asyncDispose]: async () => {
      rmSync(folder, { recursive: true })
      await close()
    },
  }
})
