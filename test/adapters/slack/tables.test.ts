import { describe, expect, test } from 'vitest'
import { alignedTables, blocksWithTables, hasTable } from '#adapters/slack/tables.ts'
import { asked, running } from './running.ts'

const TABLE = '| Name | Age |\n|:--|--:|\n| **Ann** | 41 |\n| <@U0123456> | |'
const TEXT = `Here:\n\n${TABLE}\n\nThat is all.`

describe('blocks', () => {
  test('a table stands between the words around it', () => {
    expect(hasTable(TEXT)).toBe(true)
    expect(hasTable('a | b')).toBe(false)
    expect(blocksWithTables(TEXT)).toMatchObject([
      { type: 'markdown', text: 'Here:\n\n' },
      { type: 'table', column_settings: [{ align: 'left' }, { align: 'right' }] },
      { type: 'markdown', text: '\nThat is all.' },
    ])
  })

  test('one in a list, or larger than Slack takes, is aligned code', () => {
    const wide = `|${' a |'.repeat(21)}\n|${'---|'.repeat(21)}\n|${' b |'.repeat(21)}`
    for (const text of [wide, '- item\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |']) {
      const blocks = blocksWithTables(text)
      expect(blocks.map(({ type }) => type)).toEqual(['markdown'])
      expect(JSON.stringify(blocks)).toContain('```')
    }
  })

  test('more tables than a message has room for are aligned code, and what that makes too long stays as it is', () => {
    const many = Array.from({ length: 30 }, (_, nth) => `Table ${nth}:\n\n${TABLE}`).join('\n\n')
    expect(blocksWithTables(many).map(({ type }) => type)).toEqual(['markdown'])
    const long = `| a | b |\n|---|---|\n| ${'wide '.repeat(20)} | 1 |\n${'| 1 | 2 |\n'.repeat(400)}`
    expect(alignedTables(long)).toBe(long)
  })
})

describe.each([
  ['where Slack streams', true],
  ['where it does not', false],
])('%s', (_, streaming) => {
  test('D1: a finished table is one, and nobody in it is pinged', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('Here:\n\n| Name | Age |\n|:--|--:|\n| **Ann**')
    await reply.finish(TEXT)
    const [message] = reply.seen()
    expect(message?.blocks.map(({ type }) => type)).toEqual([
      'markdown',
      'table',
      'markdown',
      'context_actions',
      'actions',
    ])
    const shown = message?.text.replaceAll('\u2060', '')
    for (const word of ['Here:', 'Name | Age', 'Ann | 41', '<@U0123456>', 'That is all.'])
      expect(shown).toContain(word)
    expect(JSON.stringify(message)).not.toContain('<@U0')
  })

  test('on a server that refuses it, it is aligned code, and what can be pressed stays', async () => {
    const reply = await asked(await running({ streaming, unknownBlocks: ['table'] }))
    await reply.show('Here')
    await reply.finish(TEXT)
    const [message] = reply.seen()
    expect(message?.blocks.map(({ type }) => type)).toEqual(['markdown', 'context_actions', 'actions'])
    expect(message?.text).toContain('Name')
    expect(message?.text).toContain('```')
  })

  test('shown already, it costs no further call', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('Here')
    await reply.finish(TEXT)
    const before = reply.writes().length
    await reply.finish(TEXT)
    expect(reply.writes()).toHaveLength(before)
  })
})

test('an edited message is healed while it grows: no half-open mark is shown', async () => {
  const reply = await asked(await running({ streaming: false }))
  await reply.show('This')
  await reply.show('This is **bo')
  expect(reply.seen().map(({ text }) => text)).toEqual(['This is **bo**'])
  await reply.finish('This is **bold** and `open')
  expect(reply.seen().map(({ text }) => text)).toEqual(['This is **bold** and `open'])
})

test('a stream only ever grows: Slack heals what it streams', async () => {
  const reply = await asked(await running())
  await reply.show('This is **bo')
  await reply.show('This is **bold**')
  await reply.finish('This is **bold**.')
  expect(reply.writes()).toEqual(['chat.startStream', 'chat.appendStream', 'chat.stopStream'])
})
