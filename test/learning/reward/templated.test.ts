import { expect, test } from 'vitest'
import { completionOf } from '#core/learning/reward/templated.ts'

test.each([
  ['Blue.<|im_end|>', 'Blue.'],
  ['Blue.<|im_end|>\n<|endoftext|><|endoftext|>', 'Blue.'],
  ['Blue.</s>', 'Blue.'],
  ['Blue.<|eot_id|>', 'Blue.'],
  ['Blue.<end_of_turn>\n<eos>', 'Blue.'],
  ['Blue.<｜end▁of▁sentence｜>', 'Blue.'],
  ['Blue.<pad><pad> [PAD]', 'Blue.'],
  ['\n\nBlue, <|im_end|> and red.', 'Blue, <|im_end|> and red.'],
  ['if (a < b || c > d) {}', 'if (a < b || c > d) {}'],
  ['<|im_end|>', ''],
  ['', ''],
])('L2: the completion of %j is %j', (said, completion) => {
  expect(completionOf(`<s>[INST] Hi [/INST]${said}`, '<s>[INST] Hi [/INST]')).toBe(completion)
})

test('S6: a megabyte of padding is read in one go', () => {
  expect(completionOf(`Blue.${'<pad>'.repeat(200_000)}`, '')).toBe('Blue.')
  expect(completionOf(`Blue.${' '.repeat(1_000_000)}<`, '')).toMatch(/^Blue\.\s+<$/)
})
