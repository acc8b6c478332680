import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toMrkdwn } from '#adapters/slack/forms/markdown.ts'
import { sections } from '#adapters/slack/forms/view.ts'

test.each([
  ['# A title', '*A title*'],
  ['some **bold** and __bold__', 'some *bold* and *bold*'],
  ['*slanted* and ~~gone~~', '_slanted_ and ~gone~'],
  ['- one\n  - two\n* three', '• one\n  • two\n• three'],
  ['1. one', '1. one'],
  ['[a page](https://example.org/a)', '<https://example.org/a|a page>'],
  ['`a < b` and a < b', '`a &lt; b` and a &lt; b'],
  ['> said', '&gt; said'],
  ['---', '———'],
  ['```js\nconst **a** = 1 < 2\n```\nthen', '```\nconst **a** = 1 &lt; 2\n```\nthen'],
  ['~~~\n# no title\n~~~', '```\n# no title\n```'],
  ['```\nnever closed', '```\nnever closed\n```'],
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['snake_case_name', 'snake_case_name'],
])('%j reads as %j', (markdown, mrkdwn) => {
  expect(toMrkdwn(markdown)).toBe(mrkdwn)
})

test('D6: model text can ping nobody in a form or an invitation', () => {
  for (const ping of ['<!channel>', '<@U012345>', '@here', '<!subteam^S1|x>'])
    expect(toMrkdwn(`a ${ping} b ${'`'}${ping}${'`'}`)).not.toMatch(/<[!@#]|(?<![\w@.])@here/)
})

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

describe('sections', () => {
  const prose = fc.array(
    fc.oneof(fc.lorem({ maxCount: 40 }), fc.constant('&'.repeat(2_000)), fc.string({ unit: 'grapheme' })),
    {
      maxLength: 80,
    },
  )

  test('D1: every word of any text stands in sections that Slack takes', () => {
    fc.assert(
      fc.property(prose, (parts) => {
        const said = parts.join('\n\n')
        const shown = sections(said)
        const lengths = shown.map(({ text }) => text?.text.length ?? 0)
        expect(lengths.every((length) => length > 0 && length <= 3_000)).toBe(true)
        const read = shown.map(({ text }) => (text?.type === 'mrkdwn' ? unescaped(text.text) : text?.text))
        // Marks may be other ones; letters and digits are the text's own.
        expect(read.join('').replaceAll(/[^a-zA-Z0-9]/g, '')).toBe(said.replaceAll(/[^a-zA-Z0-9]/g, ''))
      }),
      { numRuns: 200 },
    )
  })

  test('a table that grows when it is aligned fits all the same', () => {
    const wide = 'x'.repeat(1_400)
    const shown = sections(`| a | b |\n| --- | --- |\n| ${wide} | 1 |\n| 2 | ${wide} |`)
    expect(shown.every(({ text }) => (text?.text.length ?? 0) <= 3_000)).toBe(true)
    const read = shown.map(({ text }) => text?.text).join('')
    expect(read.replaceAll(/[^x]/g, '')).toHaveLength(2_800)
  })

  test('code that is cut is closed and begun again', () => {
    const code = Array.from({ length: 200 }, (_, n) => `const line${n} = 'some code that is long'`).join('\n')
    const shown = sections(`\`\`\`ts\n${code}\n\`\`\``).map(({ text }) => text?.text ?? '')
    expect(shown.length).toBeGreaterThan(1)
    for (const each of shown) expect(each).toMatch(/^```\n[\s\S]*\n```$/)
  })
})
