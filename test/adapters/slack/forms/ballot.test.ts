import { describe, expect, test } from 'vitest'
import { BALLOT_FORM } from '#adapters/forms.ts'
import { ballotView, readBallot } from '#adapters/slack/forms/ballot.ts'
import { type FieldValue, Values } from '#adapters/slack/forms/submission.ts'
import type { Ballot } from '#core/feedback/comparison-desk.ts'
import { blockFaults } from '#test/platforms/slack/blocks.ts'

const at = 1_700_000_000_000
const where = { channel: 'C1', root: '1700000000.000100' }
const ballotOf = (texts: readonly string[], more: Partial<Ballot> = {}): Ballot => ({
  ...{ task: 'task-1', question: 'What is a monad?' },
  answers: texts.map((text, nth) => ({ slot: 'ABCDEFGHI'.charAt(nth), text })),
  ...more,
})
const long = (size: number): string => 'A sentence of a long answer. '.repeat(size / 29).trim()

const chosen = (places: Readonly<Record<string, string>>, allBad = false) => {
  const fields = new Map<string, FieldValue>([
    ['all-bad', { selected_options: allBad ? [{ value: 'all-bad' }] : [] }],
    ['reason', { value: 'because' }],
  ])
  for (const [slot, value] of Object.entries(places)) fields.set(slot, { selected_option: { value } })
  return new Values(fields)
}

describe('what is shown', () => {
  test('F6: every answer in full, under a letter, and nothing of who wrote it', () => {
    const { view, aside } = ballotView(ballotOf(['one', 'two']), where, at)
    expect(aside).toEqual([])
    expect(
      blockFaults(
        view.blocks.map((block) => Object(block)),
        'view',
      ),
    ).toEqual([])
    const shown = JSON.stringify(view.blocks)
    for (const text of ['What is a monad?', 'Answer A', 'one', 'Answer B', 'two'])
      expect(shown).toContain(text)
    expect(JSON.parse(view.private_metadata ?? '')).toEqual({ at, task: 'task-1', answers: 2, ...where })
  })

  test('nine answers of twelve thousand characters fit into one form', () => {
    const { view, aside } = ballotView(ballotOf(Array.from({ length: 9 }, () => long(12_000))), where, at)
    expect(aside).toEqual([])
    expect(view.blocks.length).toBeLessThanOrEqual(100)
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250_000)
  })

  test.each([
    ['too many blocks', Array.from({ length: 9 }, () => long(40_000))],
    ['too many bytes', Array.from({ length: 4 }, () => '好'.repeat(12_000))],
  ])('%s: they stand behind the form as messages, whole and in order', (_, texts) => {
    const { view, aside } = ballotView(ballotOf(texts), where, at)
    expect(JSON.stringify(view.blocks)).toContain(BALLOT_FORM.aside)
    expect(view.blocks.filter(({ type }) => type === 'input')).toHaveLength(texts.length + 2)
    expect(aside.every((each) => each.length <= 12_000)).toBe(true)
    const letters = (text: string) => text.replaceAll(/\s/g, '')
    const said = aside.map((each) => each.replace(/^\*\*.*\n\n/, '')).join('')
    expect(letters(said) === letters(['What is a monad?', ...texts].join(''))).toBe(true)
    const names = aside.map((each) => /^\*\*(.*?)\*\*/.exec(each)?.[1])
    expect([...new Set(names)]).toEqual([
      BALLOT_FORM.question,
      ...texts.map((_, nth) => `Answer ${'ABCDEFGHI'.charAt(nth)}`),
    ])
  })

  test('what somebody chose before is chosen', () => {
    const earlier = { order: [['B'], ['A', 'C']], allBad: true }
    const { view } = ballotView(ballotOf(['one', 'two', 'three'], { earlier }), where, at)
    const elements = view.blocks.flatMap((block) => ('element' in block ? [Object(block.element)] : []))
    expect(
      elements.map(
        ({ initial_option, initial_options }) => initial_option?.value ?? initial_options?.[0].value,
      ),
    ).toEqual(['2', '1', '2', 'all-bad', undefined])
  })
})

describe('what is sent', () => {
  test('F6: equal places are ties', () => {
    expect(readBallot(chosen({ A: '2', B: '1', C: '2' }), { answers: 3 })).toEqual({
      ...{ order: [['B'], ['A', 'C']], allBad: false, reason: 'because' },
    })
  })

  test('F6: all of them bad needs no places, and takes them when they are there', () => {
    expect(readBallot(chosen({}, true), { answers: 2 })).toMatchObject({ order: [], allBad: true })
    expect(readBallot(chosen({ A: '1', B: '2' }, true), { answers: 2 })).toMatchObject({
      ...{ order: [['A'], ['B']], allBad: true },
    })
  })

  test.each([
    [{ A: '1', C: '2' }, false, 'B'],
    [{}, false, 'A'],
    [{ A: '1' }, true, 'B'],
    [{ A: '1', B: '7', C: '2' }, false, 'B'],
    [{ A: '1', B: 'x', C: '2' }, false, 'B'],
  ])('a place that is missing or none (%j) is asked for, below its field', (places, allBad, at) => {
    expect(readBallot(chosen(places, allBad), { answers: 3 })).toMatchObject({
      at,
      say: expect.stringContaining(at),
    })
  })
})
