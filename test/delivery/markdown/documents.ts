/** Markdown as models write it, and as they should not: for properties that hold for any. */
import fc from 'fast-check'

const word = fc.constantFrom(
  'word',
  'a',
  'Überraschung',
  '会議は明日です。',
  'مرحبا',
  'שלום עולם',
  '👩‍👩‍👧‍👦',
  '🇩🇪🇫🇷',
  '👍🏽',
  'é',
  'snake_case',
  '5*3',
  '20~25',
  '@everyone',
  '<!channel>',
  '<@U0ABCDEF>',
  '<#C0ABCDEF>',
  '<:emoji:12345>',
  '&amp;',
  'end.',
  'sure?',
  'x|y',
  '\\*',
  '[1]',
  'a < b',
)

const words = fc.array(word, { minLength: 1, maxLength: 25 }).map((list) => list.join(' '))
const few = fc.array(word, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '))

const inline = fc.oneof(
  { weight: 6, arbitrary: words },
  words.map((text) => `**${text}**`),
  few.map((text) => `*${text}*`),
  few.map((text) => `_${text}_`),
  few.map((text) => `~~${text}~~`),
  few.map((text) => `**bold _${text}_ bold**`),
  few.map((text) => `\`${text}\``),
  few.map((text) => `\`\` a \` ${text} \`\``),
  few.map((text) => `[${text}](https://example.com/a_b?q=1)`),
  few.map((text) => `![${text}](https://example.com/i.png)`),
  fc.constant('https://example.com/a_(b)/c_d*e'),
)

/** What a model forgets, or is only half through. */
const unclosed = fc.constantFrom(
  '**open',
  '*open',
  '_open',
  '~~open',
  '`open',
  '``open',
  '[open',
  '[open](https://e',
  '<b',
)

const line = fc.array(inline, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '))
const paragraph = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n'))
const untidy = fc
  .array(fc.oneof({ weight: 3, arbitrary: inline }, unclosed), { minLength: 1, maxLength: 8 })
  .map((list) => list.join(' '))

const fence = fc
  .record({
    mark: fc.constantFrom('```', '````', '~~~', '~~~~~'),
    info: fc.constantFrom('', 'ts', 'python', 'js title="a b"'),
    body: fc.array(fc.oneof(words, fc.constantFrom('', '  indented', '# x', '| a |', '**x', '> y')), {
      maxLength: 12,
    }),
    nested: fc.boolean(),
  })
  .map(({ mark, info, body, nested }) => {
    const inner = mark.startsWith('`') ? '~~~' : '```'
    const lines = nested ? [...body, `${inner}sh`, 'nested', inner] : body
    return [`${mark}${info}`, ...lines, mark].join('\n')
  })

const cell = fc.oneof(few, fc.constantFrom('', '1', 'a \\| b', '**b**', '`c`'))
const table = fc
  .record({
    columns: fc.integer({ min: 1, max: 4 }),
    cells: fc.array(cell, { minLength: 8, maxLength: 48 }),
  })
  .map(({ columns, cells }) => {
    const row = (from: number) =>
      `| ${Array.from({ length: columns }, (_, index) => (cells[from + index] ?? '').replaceAll('x|y', 'z')).join(' | ')} |`
    const rows = Array.from({ length: Math.floor(cells.length / columns) }, (_, index) =>
      row(index * columns),
    )
    return [row(0), `|${' --- |'.repeat(columns)}`, ...rows].join('\n')
  })

const indented = (text: string, by: string): string =>
  text
    .split('\n')
    .map((each, index) => (index === 0 ? each : each === '' ? '' : `${by}${each}`))
    .join('\n')

const list = fc
  .array(
    fc.record({
      text: fc.oneof({ weight: 4, arbitrary: line }, fence),
      depth: fc.integer({ min: 0, max: 3 }),
      ordered: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((items) => {
    let deepest = 0
    return items
      .map(({ text, depth, ordered }, index) => {
        deepest = Math.min(depth, index === 0 ? 0 : deepest + 1)
        const pad = '   '.repeat(deepest)
        const marker = ordered ? `${(index % 9) + 1}. ` : '-  '
        return `${pad}${marker}${indented(text, `${pad}   `)}`
      })
      .join('\n')
  })

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((each) => `> ${each}`)
    .join('\n')

const tidyBlock = fc.oneof(
  { weight: 3, arbitrary: paragraph },
  line.map((text) => `## ${text.replaceAll('\n', ' ')}`),
  fence,
  table,
  list,
  fc.oneof(paragraph, fence, list).map(quoted),
  fc.constant('---'),
)

const joined = (blocks: readonly string[]): string => blocks.join('\n\n')

/** Everything that is opened is closed. */
export const tidy = fc.array(tidyBlock, { minLength: 1, maxLength: 5, size: 'max' }).map(joined)

/** Some of it is not, and the end may be missing. */
export const any = fc
  .record({
    blocks: fc.array(fc.oneof({ weight: 4, arbitrary: tidyBlock }, untidy), {
      minLength: 1,
      maxLength: 6,
      size: 'max',
    }),
    keep: fc.integer({ min: 1, max: 100 }),
  })
  .map(({ blocks, keep }) => cutAt(joined(blocks), keep))

/** Up to 100,000 characters. */
export const long = fc
  .record({
    blocks: fc.array(fc.oneof({ weight: 4, arbitrary: tidyBlock }, untidy), { minLength: 2, maxLength: 8 }),
    size: fc.integer({ min: 10_000, max: 100_000 }),
  })
  .map(({ blocks, size }) => {
    const text = `${joined(blocks)}\n\n`
    return text
      .repeat(Math.ceil(size / text.length))
      .slice(0, size)
      .toWellFormed()
  })

/** The beginning of a text, in percent, never half a character. */
export const cutAt = (text: string, percent: number): string =>
  text.slice(0, Math.ceil((text.length * percent) / 100)).replace(/[\ud800-\udbff]$/, '')
