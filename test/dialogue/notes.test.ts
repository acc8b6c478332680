import { describe, expect, test } from 'vitest'
import { withNotes } from '#core/dialogue/notes.ts'

describe('D1: what is visible is what the model said, and our notes stand below it', () => {
  test.each([
    ['four backticks around three', '````md\n```\n````'],
    ['tildes around backticks', '~~~\n```\n~~~'],
    ['a fence in a quote', '> ```js\n> x\n> ```'],
    ['backticks as text in indented code', 'see\n\n    ```\n'],
  ])('whole text with %s stays as it is', (_, text) => {
    expect(withNotes(text, [])).toBe(text.trimEnd())
    expect(withNotes(text, ['Note.'])).toBe(`${text.trimEnd()}\n\n_Note._`)
  })

  test.each([
    ['backticks', '```js\nlet a', '```'],
    ['four backticks', '````md\n```js\nx\n```', '````'],
    ['tildes', '~~~\ncode', '~~~'],
  ])('an open fence of %s does not swallow a note', (_, text, mark) => {
    expect(withNotes(text, ['Note.'])).toBe(`${text}\n${mark}\n\n_Note._`)
  })

  test('a note alone', () => {
    expect(withNotes(' \n', ['Note.', 'Another.'])).toBe('_Note._\n\n_Another._')
  })
})
