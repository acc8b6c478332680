import fc from 'fast-check'
import { expect, test } from 'vitest'
import { consoleHash, readPlace } from '#adapters/web/page/console-place.ts'
import {
  added,
  changed,
  isSame,
  keyed,
  moved,
  nextSide,
  origin,
  plain,
  putBack,
  type Script,
  scriptOf,
  taken,
  typed,
  without,
} from '#adapters/web/page/console-script.ts'
import { readRoute } from '#adapters/web/page/route.ts'

const suggestion = { id: 's1', text: 'Because of the tides.', model: 'script-1' }
const script = (...texts: readonly string[]): Script =>
  keyed({
    system: '',
    turns: texts.map((text, nth) => ({ side: nth % 2 === 0 ? 'user' : 'assistant', text })),
  })
const texts = ({ turns }: Script) => turns.map(({ text }) => text)
const keyAt = ({ turns }: Script, nth: number): string => turns[nth]?.key ?? ''

test('a new dialogue begins with the person, and sides take turns', () => {
  const empty = scriptOf({ system: '', turns: [] })
  expect(plain(empty)).toEqual({ system: '', turns: [{ side: 'user', text: '' }] })
  expect(added(empty).turns.map(({ side }) => side)).toEqual(['user', 'assistant'])
  expect(nextSide([])).toBe('user')
})

test('turns are moved, taken out and put back; at either end they stay', () => {
  const three = script('a', 'b', 'c')
  expect(texts(moved(three, keyAt(three, 0), 1))).toEqual(['b', 'a', 'c'])
  expect(moved(three, keyAt(three, 0), -1)).toBe(three)
  expect(moved(three, keyAt(three, 2), 1)).toBe(three)
  const [, second] = three.turns
  if (second === undefined) throw new Error('no turn')
  const two = without(three, second.key)
  expect(texts(two)).toEqual(['a', 'c'])
  expect(putBack(two, second, 1)).toEqual(three)
})

test('moving and taking out never change what a turn says or where it comes from', () => {
  const act = fc.record({ nth: fc.nat(5), by: fc.constantFrom<1 | -1 | 0>(1, -1, 0) })
  fc.assert(
    fc.property(fc.array(act), (acts) => {
      const start = script('a', 'b', 'c', 'd', 'e')
      let now = start
      for (const { nth, by } of acts) {
        const key = keyAt(now, nth)
        now = by === 0 ? without(now, key) : moved(now, key, by)
      }
      for (const turn of now.turns) expect(start.turns).toContain(turn)
      expect(new Set(now.turns).size).toBe(now.turns.length)
    }),
  )
})

test('F4: a taken turn names its suggestion, also when it is changed; emptied, it is the person’s own', () => {
  const [turn] = script('').turns
  if (turn === undefined) throw new Error('no turn')
  const whole = taken(turn, suggestion)
  expect(origin(whole)).toBe('Suggested by script-1')
  expect(origin(typed(whole, 'Because of the tide.'))).toBe('Suggested by script-1, then changed')
  const emptied = typed(whole, '')
  expect(plain({ system: '', turns: [emptied] }).turns).toEqual([{ side: 'user', text: '' }])
  expect(origin(typed(emptied, 'My own.'))).toBe('')
  // Undone, as a browser does it: the same text is the suggestion again.
  expect(typed(emptied, whole.text)).toMatchObject({ suggestion, text: suggestion.text })
  expect(typed(typed(emptied, 'x'), whole.text)).toMatchObject({ suggestion })
})

test('two scripts are the same when every word is', () => {
  const one = plain(script('a', 'b'))
  expect(isSame(one, { ...one, turns: [...one.turns, { side: 'user', text: '' }] })).toBe(true)
  expect(isSame(one, { ...one, system: 'x' })).toBe(false)
  expect(isSame(one, plain(script('a', 'c')))).toBe(false)
  const two = script('a', 'b')
  expect(isSame(one, plain(changed(two, keyAt(two, 0), (turn) => ({ ...turn, text: 'z' }))))).toBe(false)
})

test('every part of the console has an address that leads back to it', () => {
  const dialogue = '1763890000000-0123456789abcdef0123456789abcdef'
  for (const place of [
    { at: 'write' },
    { at: 'compare' },
    { at: 'review' },
    { at: 'dialogue', dialogue },
    { at: 'reviewed', dialogue },
    { at: 'comparison', task: dialogue },
  ] as const) {
    const route = readRoute(consoleHash(place))
    expect(route.at).toBe('console')
    expect(readPlace(route.item)).toEqual(place)
  }
  expect(consoleHash({ at: 'write' })).toBe('#/console')
})
