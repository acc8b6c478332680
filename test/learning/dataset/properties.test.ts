import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Arrangement, type Pins } from '#core/learning/dataset/arrange.ts'
import { bucketOf } from '#core/learning/dataset/chance.ts'
import { type Choice, choose, shareOf } from '#core/learning/dataset/choose.ts'
import { Components } from '#core/learning/dataset/components.ts'
import { SPLIT_SHARES, SPLITS, type Split } from '#core/learning/dataset/dataset.ts'
import type { Example } from '#core/learning/dataset/example.ts'
import { LeakGuard } from '#core/learning/dataset/guard.ts'
import { estimate, gramsOf, jaccard, normalise, signatureOf } from '#core/learning/dataset/likeness.ts'
import { ALIKE, NearTexts } from '#core/learning/dataset/near.ts'
import { dialogue, words } from './given.ts'

/** Examples that share conversations, prompts and nearly the same words, every now and then. */
const examples = fc
  .array(fc.record({ thread: fc.nat(12), topic: fc.nat(8), variant: fc.nat(3), answer: fc.nat(40) }), {
    maxLength: 40,
  })
  .map((draws) =>
    draws.map(({ thread, topic, variant, answer }, nth) =>
      dialogue(nth, {
        thread: `t${thread}`,
        // Variants of a topic are alike, and no two topics are.
        prompt: [{ role: 'user', content: `${words(topic, 25)} ${['', 'so', 'then', 'please'][variant]}` }],
        answer: words(answer + 1_000),
      }),
    ),
  )

const place = (list: readonly Example[], salt: string, pins: Pins = new Map()) => {
  const arrangement = new Arrangement(salt, pins, (nth) => list[nth] ?? dialogue(nth))
  return list.map((example, nth) => arrangement.place(nth, example))
}

test('L1: whatever is added later, no example ever changes its split, and none that was in is left out', () => {
  fc.assert(
    fc.property(examples, fc.nat(40), fc.string(), (list, size, salt) => {
      const splits = (placed: ReturnType<typeof place>) =>
        placed.map((each) => (typeof each === 'string' ? each : each.split))
      expect(splits(place(list, salt)).slice(0, size)).toEqual(splits(place(list.slice(0, size), salt)))
    }),
    { numRuns: 150 },
  )
})

test('L1: what is placed never leaks, by the guard that knows nothing of how it was placed', () => {
  fc.assert(
    fc.property(
      examples,
      fc.string(),
      fc.array(fc.constantFrom(...SPLITS), { maxLength: 12 }),
      (list, salt, pinned) => {
        const pins = new Map<string, Split>(pinned.map((split, nth) => [`thread/t${nth}`, split] as const))
        const guard = new LeakGuard(false)
        const rows = place(list, salt, pins).flatMap((placed, nth) => {
          const example = list[nth]
          return typeof placed === 'string' || example?.is !== 'dialogue'
            ? []
            : [
                {
                  name: `row ${nth}`,
                  split: placed.split,
                  thread: example.thread,
                  people: [],
                  prompt: example.prompt,
                  answers: [example.answer],
                },
              ]
        })
        const inOrder = SPLITS.toReversed().flatMap((split) => rows.filter((row) => row.split === split))
        expect(inOrder.flatMap((row) => guard.check(row) ?? [])).toEqual([])
        for (const { thread, split } of rows) expect(pins.get(`thread/${thread}`) ?? split).toBe(split)
      },
    ),
    { numRuns: 150 },
  )
})

test('L1: what would join train and test is left out, and both stay as they were', () => {
  const splitOf = (name: string): Split => bucketOf(name, 'salt')
  const names = Array.from({ length: 200 }, (_, nth) => `t${nth}`)
  const train = names.find((name) => splitOf(name) === 'train') ?? ''
  const held = names.find((name) => splitOf(name) === 'test') ?? ''
  const asked = (nth: number) => [{ role: 'user' as const, content: words(nth, 20) }]
  const list = [
    dialogue(1, { thread: train, prompt: asked(1) }),
    dialogue(2, { thread: held, prompt: asked(2) }),
    dialogue(3, { thread: train, prompt: asked(2) }),
    dialogue(4, { thread: 'new', prompt: asked(2) }),
  ]
  expect(place(list, 'salt').map((each) => (typeof each === 'string' ? each : each.split))).toEqual([
    'train',
    'test',
    'bridge',
    'test',
  ])
})

test('L1: of many conversations 90, 5 and 5 of a hundred', () => {
  const counts = new Map<Split, number>()
  for (let nth = 0; nth < 20_000; nth += 1) {
    const split = bucketOf(`thread ${nth}`, 'salt')
    counts.set(split, (counts.get(split) ?? 0) + 1)
  }
  for (const split of SPLITS) // Three standard deviations of the largest share are 0.64 of a hundred.
    expect(Math.abs((counts.get(split) ?? 0) / 200 - SPLIT_SHARES[split])).toBeLessThan(0.64)
})

test('union-find: members are together exactly when joins connect them, and labels never meet', () => {
  const joins = fc.array(fc.tuple(fc.nat(14), fc.nat(14)), { maxLength: 40 })
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.constantFrom('a', 'b'), { nil: undefined }), { minLength: 15, maxLength: 15 }),
      joins,
      (labels, pairs) => {
        const components = new Components<string>()
        for (const label of labels) components.add(label)
        // The plain way: every member's group as a list.
        const groups = labels.map((label, member) => ({ label, members: [member] }))
        const groupOf = (member: number) => groups.find(({ members }) => members.includes(member))
        for (const [one, other] of pairs) {
          const [mine, theirs] = [groupOf(one), groupOf(other)]
          if (mine === undefined || theirs === undefined) throw new Error('a member is lost')
          const fits =
            mine === theirs ||
            mine.label === undefined ||
            theirs.label === undefined ||
            mine.label === theirs.label
          expect(components.join(one, other)).toBe(fits)
          if (mine === theirs || !fits) continue
          mine.members.push(...theirs.members)
          mine.label ??= theirs.label
          theirs.members.length = 0
        }
        for (const { label, members } of groups)
          for (const member of members) {
            expect(components.find(member)).toBe(Math.min(...members))
            expect(components.labelOf(member)).toBe(label)
          }
      },
    ),
  )
})

/** Two texts of which about `shared` of a hundred words are the same. */
const pairOf = (nth: number, shared: number) => {
  const common = Array.from({ length: shared }, (_, each) => words(nth * 1_000 + each, 1))
  const own = (from: number) =>
    Array.from({ length: 100 - shared }, (_, each) => words(nth * 1_000 + from + each, 1))
  return [
    normalise([...common, ...own(200)].join(' ')),
    normalise([...common, ...own(600)].join(' ')),
  ] as const
}

test('MinHash: estimates are right on average, and as near as 128 permutations make them', () => {
  const errors = Array.from({ length: 200 }, (_, nth) => {
    const [one, other] = pairOf(nth, nth % 101).map(gramsOf)
    if (one === undefined || other === undefined) throw new Error('no grams')
    return estimate(signatureOf(one), signatureOf(other)) - jaccard(one, other)
  })
  const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length
  const spread = Math.sqrt(errors.reduce((sum, each) => sum + each * each, 0) / errors.length)
  // The standard error is at most 0.044 for one, and 0.003 for the mean of 200.
  expect(Math.abs(mean)).toBeLessThan(0.012)
  expect(spread).toBeLessThan(0.05)
})

test('texts are found that are 0.8 alike, and none that are not', () => {
  const texts: string[] = []
  const near = new NearTexts((nth) => texts[nth] ?? '')
  const found: number[] = []
  const alike: number[] = []
  for (let nth = 0; nth < 300; nth += 1) {
    const [one, other] = pairOf(nth, 80 + (nth % 20))
    near.add(signatureOf(gramsOf(one)))
    texts.push(one)
    if (jaccard(gramsOf(one), gramsOf(other)) >= ALIKE) alike.push(nth)
    const hits = near.find(other, signatureOf(gramsOf(other)), () => true)
    expect(hits.every(({ likeness }) => likeness >= ALIKE)).toBe(true)
    if (hits.some((hit) => hit.nth === nth)) found.push(nth)
  }
  expect(alike.length).toBeGreaterThan(60)
  expect(found).toEqual(alike)
})

test('a mix is the fraction that was asked for, and the most there is of it', () => {
  const sizes = fc.record({
    dialogue: fc.integer({ min: 1, max: 300 }),
    instruct: fc.integer({ min: 1, max: 300 }),
  })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 99 }), fc.string(), (size, percent, seed) => {
      const choice = (source: Choice['source'], nth: number): Choice => ({
        nth,
        record: `${source}${nth}`,
        source,
        split: 'train',
        people: [],
      })
      const choices = [
        ...Array.from({ length: size.dialogue }, (_, nth) => choice('dialogues', nth)),
        ...Array.from({ length: size.instruct }, (_, nth) => choice('imports', nth)),
      ]
      const mix = { dialogue: percent / 100, instruct: 1 - percent / 100 }
      const { taken, dropped } = choose('sft', choices, { seed, perPerson: 1_000, mix })
      expect(taken.length + dropped.length).toBe(choices.length)
      const own = taken.filter((each) => shareOf(each) === 'dialogue').length
      const instruct = taken.length - own
      // Whole rows: each part may lack less than one.
      const total = Math.min(size.dialogue / mix.dialogue, size.instruct / mix.instruct)
      expect(Math.abs(own - total * mix.dialogue)).toBeLessThan(1)
      expect(Math.abs(instruct - total * mix.instruct)).toBeLessThan(1)
      expect(own === size.dialogue || instruct === size.instruct || taken.length === 0).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('L1: a mix takes nothing from validation and test', () => {
  const choices = SPLITS.flatMap((split) =>
    Array.from(
      { length: 30 },
      (_, nth): Choice => ({
        nth,
        record: `${split}${nth}`,
        source: nth < 3 ? 'imports' : 'dialogues',
        split,
        people: [],
      }),
    ),
  )
  const { taken } = choose('sft', choices, {
    seed: '1',
    perPerson: 1_000,
    mix: { dialogue: 0.5, instruct: 0.5 },
  })
  expect(SPLITS.map((split) => taken.filter((each) => each.split === split).length)).toEqual([6, 30, 30])
  expect(
    choose('kto', choices, { seed: '1', perPerson: 1_000, mix: { dialogue: 0.5, instruct: 0.5 } }).taken,
  ).toHaveLength(90)
})
