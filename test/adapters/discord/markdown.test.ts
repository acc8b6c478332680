import { expect, test } from 'vitest'
import { toDiscord } from '#adapters/discord/markdown.ts'

const ID = '123456789012345678'

test('a table is aligned code, and the text around it stays', () => {
  expect(toDiscord('Look:\n\n| a | bb |\n|---|---:|\n| 1 | 2 |\n\n**So.**')).toBe(
    'Look:\n\n```\na │ bb\n──┼───\n1 │  2\n```\n\n**So.**',
  )
})

test.each([
  [`<@${ID}>`, `\\<@${ID}>`],
  [`a <@!${ID}> b <@&${ID}> c <#${ID}>`, `a \\<@!${ID}> b \\<@&${ID}> c \\<#${ID}>`],
  [`</play:${ID}>`, `\\</play:${ID}>`],
  [`\\<@${ID}>`, `\\<@${ID}>`],
  [`\\\\<@${ID}>`, `\\\\\\<@${ID}>`],
  [`\\\`<@${ID}>\``, `\\\`\\<@${ID}>\``],
  [`a \` b <@${ID}>`, `a \` b \\<@${ID}>`],
])('D6: a mention outside code is shown as it is written: %s', (markdown, shown) => {
  expect(toDiscord(markdown)).toBe(shown)
})

test.each([
  `\`<@${ID}>\``,
  `\`\`a \` <@${ID}>\`\``,
  `\`\`\`ts\nconst mention = '<@${ID}>'\n\`\`\``,
  '@everyone @here <!channel> <!here> <@U0123ABCD> <@123> <#general>',
  '1 < 2 and 3 > 2, a <b> c',
  '# Title\n\n- one\n  - two\n\n> quoted `code`\n\n[link](https://example.com)',
])('what pings nobody, and code, stay as they are: %s', (markdown) => {
  expect(toDiscord(markdown)).toBe(markdown)
})
