import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escaped, mentionedIn, toMarkdown } from '#adapters/slack/mrkdwn.ts'

const people = new Map([['U1', 'Ann']])
const read = (mrkdwn: string) => toMarkdown(mrkdwn, { self: 'UBOT', people })

test.each([
  ['our mention is taken out', '<@UBOT> what is a monad?', 'what is a monad?'],
  ['with a label too', '<@UBOT|parley>, hello', 'hello'],
  ['in the middle', 'hey <@UBOT> what now', 'hey what now'],
  ['lines stay lines', 'one\n<@UBOT> two', 'one\ntwo'],
  ['people by name', 'ask <@U1> and <@U2> and <@U3|cat>', 'ask @Ann and @U2 and @cat'],
  ['entities', 'a &lt; b &amp;&amp; c &gt; d', 'a < b && c > d'],
  ['an escaped entity is decoded once', '&amp;lt;', '&lt;'],
  ['a named link', '<https://a.example/x|the page>', '[the page](https://a.example/x)'],
  ['an address', '<https://a.example/x>', 'https://a.example/x'],
  ['an address with itself as label', '<http://a.example|a.example>', 'a.example'],
  ['a mail address', '<mailto:a@b.example|a@b.example>', 'a@b.example'],
  ['brackets in a label', '<https://a.example|a [b]>', '[a \\[b\\]](https://a.example)'],
  ['a channel', '<#C1|random> or <#C2>', '#random or #C2'],
  ['broadcasts are words', '<!here> and <!channel|channel>', '@here and @channel'],
  ['a group', '<!subteam^S1|@team>', '@team'],
  ['a date', '<!date^1392734382^{date}|Feb 18>', 'Feb 18'],
  ['bold and struck', '*bold* and ~gone~', '**bold** and ~~gone~~'],
  ['multiplication is not bold', '2 * 3 * 4 and a*b*c', '2 * 3 * 4 and a*b*c'],
  ['code stays as it was', '`*a* &lt;b&gt;` *b*', '`*a* <b>` **b**'],
  ['links in code are text', '```curl <https://a.example>```', '```curl https://a.example```'],
])('%s', (_, mrkdwn, markdown) => {
  expect(read(mrkdwn)).toBe(markdown)
})

test('people who are mentioned, each once, in order', () => {
  expect(mentionedIn('<@U2> <@U1|ann> <@U2>')).toEqual(['U2', 'U1'])
})

test('S6: any text can be read, and plain text comes back as it was written', () => {
  const plain = fc.string({ unit: 'binary' }).filter((text) => !/[*~`]/.test(text))
  fc.assert(
    fc.property(plain, (text) => {
      expect(read(escaped(text))).toBe(text.trim())
    }),
  )
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof read(text) === 'string'))
})
