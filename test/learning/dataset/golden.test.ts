/**
 * The bytes of a small dataset with a row of every kind, kept beside this test: what trainers read changes only when
 * somebody means it to. `npx vitest run test/learning/dataset/golden.test.ts --update` (the option last) writes them again.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KINDS } from '#core/learning/dataset/dataset.ts'
import { better, build, dialogue, imported, ranked, voted } from './given.ts'

const user = (content: string) => ({ role: 'user' as const, content })
const assistant = (content: string) => ({ role: 'assistant' as const, content })
const system = { role: 'system' as const, content: 'Be kind.' }
const made = [{ model: 'gpt', promptVersion: 'abc', sampling: { temperature: 0.7 } }]
const followUp = [
  system,
  user('[USER_1]: What is a monad?'),
  assistant('A monoid.'),
  user('[USER_1]: In plain words?'),
]

const examples = [
  dialogue(1, { prompt: [user('What is 2 + 2?')], answer: 'Four.' }),
  dialogue(2, {
    source: 'corrections',
    thread: 'web:w:c:2',
    prompt: followUp,
    answer: 'A way to chain steps.',
  }),
  better(2, {
    thread: 'web:w:c:2',
    prompt: followUp,
    chosen: 'A way to chain steps.',
    rejected: 'A burrito.',
    made,
  }),
  ranked(3, {
    prompt: [system, user('Name a colour.')],
    candidates: ['Red.', 'Blue, like the sky.', 'No.', 'Green\nor "teal".'],
    rankings: [
      { order: [[1], [3, 0], [2]], allBad: false },
      { order: [[3], [1], [0], [2]], allBad: true },
    ],
    people: ['p_a', 'p_b'],
    made: [...made, ...made, ...made, ...made],
  }),
  voted(4, {
    prompt: [user('Tell me a joke about cheese.')],
    answer: 'Halloumi, is it me you are looking for?',
    good: true,
    made,
  }),
  voted(5, {
    prompt: [user('And what about bread, then?')],
    answer: 'That was a crumby question.',
    good: false,
    made,
  }),
  {
    ...imported(6),
    prompt: [user('Translate to French.\n\nGood night, old friend')],
    answer: 'Bonne nuit, mon vieil ami',
  },
]

test('L2: every file of a small dataset is written so', async () => {
  const { out } = await build(examples, { kinds: KINDS, pairs: 'all', margin: true, salt: 'golden' })
  const paths = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.jsonl?$/u.test(path),
  )
  await expect(`${paths.toSorted().join('\n')}\n`).toMatchFileSnapshot('golden/files.txt')
  for (const path of paths) {
    // Another ending: the formatter would lay out a manifest in its own way.
    const kept = path.replace('manifest.json', 'manifest.txt')
    await expect(readFileSync(join(out, path), 'utf8'), path).toMatchFileSnapshot(join('golden', kept))
  }
})
