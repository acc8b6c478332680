import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { everySetting } from '#config/settings.ts'
import { configured } from './given.ts'

/** Letters that appear in no message of ours, so that every piece of a secret found in one has leaked. */
const secret = fc.string({ unit: fc.constantFrom(...'ÆØÅŁŻĐŊŦæøåłżđŋŧ'), minLength: 4, maxLength: 60 })

const pieces = (text: string): string[] =>
  Array.from({ length: text.length - 3 }, (_, start) => text.slice(start, start + 4))

const leaks = (message: string, text: string): boolean =>
  pieces(text).some((piece) => message.includes(piece))

const messageOf = async (env: Record<string, string>, yaml?: string): Promise<string> =>
  configured(env, yaml).then(
    () => '',
    (thrown: unknown) => String(thrown),
  )

const secretSettings = everySetting.filter((setting) => setting.secret === true)

test('the settings that are secrets are known', () => {
  expect(secretSettings.map(({ env }) => env).toSorted()).toEqual([
    'DISCORD_TOKEN',
    'OPENAI_API_KEY',
    'PARLEY_ENCRYPTION_KEYS',
    'PARLEY_REWARD_TOKEN',
    'PARLEY_WEB_TOKEN',
    'SLACK_APP_TOKEN',
    'SLACK_BOT_TOKEN',
    'SLACK_SIGNING_SECRET',
  ])
})

test('S5: no message shows four characters in a row of a wrong secret, from wherever it came', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...secretSettings), secret, async (setting, text) => {
      const [group = '', name = ''] = setting.path
      const messages = await Promise.all([
        messageOf({ [setting.env]: text }),
        messageOf({}, `${group}:\n  ${name}: ${text}\n`),
        messageOf({}, `${group}:\n  ${name}: [${text}, {a: ${text}}]\n`),
        messageOf({}, `${group}:\n  ${name}s: ${text}\n`),
        messageOf({}, `${group}: ${text}\n`),
        messageOf({}, `${text}\n`),
        messageOf({ [`PARLEY_${setting.env.replace('PARLEY_', '')}_`]: text }),
      ])
      for (const message of messages) {
        expect(message).not.toBe('')
        expect(leaks(message, text), message).toBe(false)
      }
    }),
    { numRuns: 60 },
  )
})

test('S5: a file with a secret in it may be broken anywhere, and no message shows it', async () => {
  await fc.assert(
    fc.asyncProperty(
      secret,
      fc.nat(),
      fc.constantFrom(
        ' ',
        '\n',
        '\t',
        ': ',
        '"',
        "'",
        '{',
        '[',
        '}',
        '*',
        '&',
        '!',
        '%',
        '\\',
        '- ',
        '|',
        '---\n',
        '@',
      ),
      async (text, place, noise) => {
        const file = `web:\n  token: ${text}\nslack:\n  botToken: "${text}"\n  appToken: {a: ${text}}\n`
        const at = place % file.length
        const message = await messageOf({}, file.slice(0, at) + noise + file.slice(at))
        expect(leaks(message, text), message).toBe(false)
      },
    ),
    { numRuns: 300 },
  )
})

test('S5: the parser warns of nothing by itself: it would quote the file', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  await messageOf({}, 'web:\n  token: {{ a-secret }}\n  ? [a-secret]\n  : 1\n')
  expect(warned).not.toHaveBeenCalled()
  warned.mockRestore()
})

test.each([
  ['PARLEY_PORT', 'xoxb-123456789012-abcdefghij'],
  ['PARLEY_STORE', 'sk-proj-abcdefghijklmnop'],
  ['OPENAI_BASE_URL', 'ftp://user:a-password@example.com/?key=a-query-secret#and-more'],
  ['PARLEY_STORE', 'postgres://user:pass/word@with@signs@db/x'],
])('S5: %s is not shown with the key or password that was put in it', async (key, value) => {
  const message = await messageOf({ [key]: value })
  expect(message).toContain(key)
  for (const leaked of ['1234', 'proj', 'pass', 'word', 'signs', 'query', 'more', 'user']) {
    expect(message).not.toContain(leaked)
  }
})

test('a masked token still tells which kind was pasted, and how long it is', async () => {
  expect(await messageOf({ SLACK_BOT_TOKEN: 'xapp-1-A0000-abcdef', SLACK_APP_TOKEN: 'xapp-1' })).toContain(
    'SLACK_BOT_TOKEN is "xap… (length 19)" (string); expected a token that begins with xoxb-',
  )
})
