import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beforeThought, heldBack, withoutThought } from '#core/model/openai/thought.ts'

function shown(deltas: readonly string[]): string {
  let state = beforeThought
  let text = ''
  for (const delta of deltas) {
    const [next, visible] = withoutThought(state, delta)
    state = next
    text += visible
  }
  return text + heldBack(state)
}

test.each([
  ['<think>hm, 1 < 2</think>\n\nyes', 'yes'],
  ['\n<think></think>yes', 'yes'],
  ['<think>cut off', ''],
  ['the tag <think> opens', 'the tag <think> opens'],
  ['<thin', '<thin'],
  ['  plain', '  plain'],
  ['', ''],
])('a thought is taken out, and only a thought: %j', (whole, visible) => {
  expect(shown([whole])).toBe(visible)
})

test('any split of the text shows the same', () => {
  const text = fc.constantFrom('<think>', '</think>', 'a', ' ', '\n', '<', '</thi', 'yes')
  fc.assert(
    fc.property(fc.array(text), (parts) => {
      const whole = parts.join('')
      expect(shown([...whole])).toBe(shown([whole]))
      expect(shown(parts)).toBe(shown([whole]))
    }),
  )
})
