import { expect, test } from 'vitest'
import { DEFAULT_EMOJI } from '#config/emoji.ts'
import { ConfigErrors } from '#config/problems.ts'
import { configured, wrong } from './given.ts'

const WEB_TOKEN = 'a-token-of-24-characters'

test('with nothing set, everything has its default', async () => {
  expect(await configured({})).toEqual({
    host: '127.0.0.1',
    port: 3978,
    store: 'sqlite:./data/parley.sqlite',
    logLevel: 'info',
    drainMs: 20_000,
    contextTokens: 16_000,
    meanwhile: 'queue',
    access: {},
    limits: {},
    model: {
      models: [],
      wire: 'auto',
      firstByteMs: 60_000,
      idleMs: 30_000,
      sampling: {},
      modelsDir: './data/models',
    },
    web: {},
    training: { platformTextDays: 30 },
    emoji: { everywhere: [DEFAULT_EMOJI, {}], workspaces: {} },
  })
})

test('every setting can come from the environment', async () => {
  const config = await configured({
    PARLEY_HOST: '0.0.0.0',
    PARLEY_PORT: '0',
    PARLEY_STORE: 'memory:',
    PARLEY_MODEL: 'gpt-6-luna, ./My Models/small.gguf ,rehearsal',
    PARLEY_MODEL_WIRE: 'chat',
    PARLEY_MODEL_FIRST_BYTE_MS: '1000',
    PARLEY_MODEL_IDLE_MS: '2000',
    PARLEY_MODEL_MAX_TOKENS: '300',
    PARLEY_MODEL_TEMPERATURE: '0.5',
    PARLEY_MODEL_TOP_P: '1',
    PARLEY_MODELS_DIR: '/models',
    PARLEY_CONTEXT_TOKENS: '4000',
    PARLEY_MEANWHILE: 'interrupt',
    PARLEY_ALLOW_PEOPLE: 'U1, web',
    PARLEY_ALLOW_CHANNELS: 'C1',
    PARLEY_DENY: 'U2,C2',
    PARLEY_LIMIT_PERSON: '100',
    PARLEY_LIMIT_CHANNEL: '500',
    PARLEY_LIMIT_WORKSPACE: '2000',
    PARLEY_SYSTEM_PROMPT: 'Be brief.',
    OPENAI_API_KEY: 'sk-key',
    OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1',
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_SIGNING_SECRET: 'shh',
    SLACK_APP_TOKEN: 'xapp-1',
    SLACK_API_URL: 'http://127.0.0.1:1/api/',
    DISCORD_TOKEN: 'bot',
    DISCORD_API_URL: 'http://127.0.0.1:2/api',
    PARLEY_DISCORD_CATCH_UP_HOURS: '6',
    PARLEY_WEB: 'on',
    PARLEY_WEB_TOKEN: WEB_TOKEN,
    PARLEY_SLACK_TRAINING: 'own-workspace-attested',
    PARLEY_SLACK_TRAINING_BY: 'Jane Doe',
    PARLEY_SLACK_TRAINING_ON: '2026-11-23',
    PARLEY_DISCORD_TRAINING_PERMISSION: 'letter 7',
    PARLEY_TRAINING_PLATFORM_TEXT_DAYS: '7',
    PARLEY_REVIEW_CHANNEL: 'slack:C0123',
    PARLEY_REVIEW_PER_DAY: '9',
    PARLEY_REVIEW_SEED: 'autumn',
    PARLEY_EMOJI_GOOD: '🚀, rocket',
    PARLEY_EMOJI_BAD: '🗑️',
    PARLEY_EMOJI_NEUTRAL: '✅',
    PARLEY_EMOJI_WORKSPACES: '{"T1": {"good": "shipit", "neutral": ["fire"]}}',
    PARLEY_LOG_LEVEL: 'silent',
    PARLEY_DRAIN_MS: '0',
  })
  expect(config).toEqual({
    host: '0.0.0.0',
    port: 0,
    store: 'memory:',
    logLevel: 'silent',
    drainMs: 0,
    systemPrompt: 'Be brief.',
    contextTokens: 4000,
    meanwhile: 'interrupt',
    access: { people: ['U1', 'web'], channels: ['C1'], deny: ['U2', 'C2'] },
    limits: { person: 100, channel: 500, workspace: 2000 },
    model: {
      models: ['gpt-6-luna', './My Models/small.gguf', 'rehearsal'],
      apiKey: 'sk-key',
      baseUrl: 'http://127.0.0.1:11434/v1',
      wire: 'chat',
      firstByteMs: 1000,
      idleMs: 2000,
      sampling: { temperature: 0.5, topP: 1, maxTokens: 300 },
      modelsDir: '/models',
    },
    slack: {
      botToken: 'xoxb-1',
      signingSecret: 'shh',
      appToken: 'xapp-1',
      apiUrl: 'http://127.0.0.1:1/api/',
    },
    discord: { token: 'bot', apiUrl: 'http://127.0.0.1:2/api', catchUpHours: 6 },
    web: { token: WEB_TOKEN },
    training: {
      slack: { by: 'Jane Doe', on: '2026-11-23' },
      discord: { reference: 'letter 7' },
      platformTextDays: 7,
    },
    review: { platform: 'slack', channel: 'C0123', perDay: 9, seed: 'autumn' },
    emoji: {
      everywhere: [DEFAULT_EMOJI, { good: ['🚀', 'rocket'], bad: ['🗑️'], neutral: ['✅'] }],
      workspaces: { T1: { good: ['shipit'], neutral: ['fire'] } },
    },
  })
})

test('F2: emoji of a workspace come from the file as well', async () => {
  const { emoji } = await configured({}, 'emoji:\n  bad: [🗑️]\n  workspaces:\n    T1:\n      good: [shipit]\n')
  expect(emoji).toEqual({
    everywhere: [DEFAULT_EMOJI, { bad: ['🗑️'] }],
    workspaces: { T1: { good: ['shipit'] } },
  })
})

test.each([['shipit'], ['{"T1": ["shipit"]}'], ['{"T1": {"god": ["shipit"]}}']])(
  'F2: emoji of workspaces written as %s are refused',
  async (value) => {
    expect(await wrong({ PARLEY_EMOJI_WORKSPACES: value })).toMatch(
      /PARLEY_EMOJI_WORKSPACES is .*expected workspaces by their id, each with lists of emoji/,
    )
  },
)

test('S1: an attestation that nobody signs, or of no day, is refused', async () => {
  const attested = { PARLEY_SLACK_TRAINING: 'own-workspace-attested' }
  expect(await wrong(attested)).toMatch(
    /PARLEY_SLACK_TRAINING_BY is not set; expected the name[\s\S]*PARLEY_SLACK_TRAINING_ON is not set; expected the day/,
  )
  expect(
    await wrong({ ...attested, PARLEY_SLACK_TRAINING_BY: 'x', PARLEY_SLACK_TRAINING_ON: '2026-02-30' }),
  ).toMatch(/PARLEY_SLACK_TRAINING_ON is "2026-02-30".*a day of the calendar/)
  expect(await wrong({ PARLEY_SLACK_TRAINING: 'on' })).toMatch(/one of off, own-workspace-attested/)
})

test('S1: a name and a day alone attest nothing', async () => {
  const config = await configured({ PARLEY_SLACK_TRAINING_BY: 'x', PARLEY_SLACK_TRAINING_ON: '2026-11-23' })
  expect(config.training).toEqual({ platformTextDays: 30 })
})

test('what is not set is absent, and nothing can be changed afterwards', async () => {
  const config = await configured({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', PARLEY_WEB: 'off' })
  expect(Object.keys(config.slack ?? {}).toSorted()).toEqual(['appToken', 'botToken'])
  expect(config).not.toHaveProperty('web')
  expect(config).not.toHaveProperty('discord')
  expect(config).not.toHaveProperty('systemPrompt')
  expect(Object.keys(config.model.sampling)).toEqual([])
  expect(
    [config, config.model, config.model.models, config.model.sampling, config.slack].every(Object.isFrozen),
  ).toBe(true)
})

test('an empty variable is not set, whether its name is known or not', async () => {
  const empty = {
    PARLEY_PORT: '',
    PARLEY_WEB_TOKEN: '  ',
    SLACK_BOT_TOKEN: '',
    PARLEY_PROT: '',
    PARLEY_CONFIG: '',
  }
  expect(await configured(empty)).toEqual(await configured({}))
})

test.each([
  ['PARLEY_PORT', '80a', 'a whole number from 0 to 65535', 'Set PARLEY_PORT=3978.'],
  ['PARLEY_PORT', '65536', 'a whole number from 0 to 65535', 'Set PARLEY_PORT=3978.'],
  ['PARLEY_PORT', '-1', 'a whole number from 0 to 65535', 'Set PARLEY_PORT=3978.'],
  ['PARLEY_PORT', '0x50', 'a whole number from 0 to 65535', 'Set PARLEY_PORT=3978.'],
  ['PARLEY_HOST', 'http://x', 'a host name or an IP address, without a port', 'Set PARLEY_HOST=127.0.0.1.'],
  [
    'PARLEY_HOST',
    '127.0.0.1:80',
    'a host name or an IP address, without a port',
    'Set PARLEY_HOST=127.0.0.1.',
  ],
  ['PARLEY_HOST', '127.0.0', 'a host name or an IP address, without a port', 'Set PARLEY_HOST=127.0.0.1.'],
  ['PARLEY_MODEL', 'a,,b', 'names, separated by commas', 'Set PARLEY_MODEL=gpt-6-luna,rehearsal.'],
  ['PARLEY_MODEL_WIRE', 'Chat', 'one of auto, responses, chat', 'Set PARLEY_MODEL_WIRE=auto.'],
  ['PARLEY_MODEL_TEMPERATURE', '2.1', 'a number from 0 to 2', 'Set PARLEY_MODEL_TEMPERATURE=0.7.'],
  ['PARLEY_MODEL_TOP_P', 'NaN', 'a number from 0 to 1', 'Set PARLEY_MODEL_TOP_P=0.9.'],
  [
    'PARLEY_MODEL_IDLE_MS',
    '0',
    'a whole number of milliseconds from 1 to 3600000',
    'Set PARLEY_MODEL_IDLE_MS=30000.',
  ],
  ['PARLEY_WEB', 'true', 'one of on, off', 'Set PARLEY_WEB=on.'],
  [
    'PARLEY_LOG_LEVEL',
    'loud',
    'one of fatal, error, warn, info, debug, trace, silent',
    'Set PARLEY_LOG_LEVEL=info.',
  ],
  [
    'OPENAI_BASE_URL',
    'localhost:11434',
    'an address that begins with http:// or https://',
    'Set OPENAI_BASE_URL=http://127.0.0.1:11434/v1.',
  ],
  [
    'SLACK_API_URL',
    'ws://127.0.0.1',
    'an address that begins with http:// or https://',
    'Set SLACK_API_URL=https://slack.com/api/.',
  ],
  [
    'PARLEY_STORE',
    'sqlite:',
    'sqlite: and the path of a file, postgres:// and the address of a database, or memory:',
    'Set PARLEY_STORE=sqlite:./data/parley.sqlite.',
  ],
])(
  '%s=%s is refused with its value, type, what was expected and how to mend it',
  async (key, value, expected, fix) => {
    expect(await wrong({ [key]: value })).toBe(`${key} is "${value}" (string); expected ${expected}. ${fix}`)
  },
)

test('S5: the address of a database is taken as it is; a wrong one is shown without its password', async () => {
  const url = 'postgres://parley:hunter2@db:5432/parley?sslmode=require'
  expect((await configured({ PARLEY_STORE: url })).store).toBe(url)
  expect(await wrong({ PARLEY_STORE: 'postgres://parley:hunter2@db:port/parley' })).toBe(
    'PARLEY_STORE is "postgres://…@db:port/parley" (string); expected sqlite: and the path of a file, ' +
      'postgres:// and the address of a database, or memory:. Set PARLEY_STORE=sqlite:./data/parley.sqlite.',
  )
})

test('every wrong setting is named at once, wherever it was set', async () => {
  const message = await wrong(
    { PARLEY_PORT: 'x', PARLEY_WIRE: 'chat', DISCORD_TOKEN: 'two words', SLACK_APP_TOKEN: 'xapp-1' },
    'log:\n  level: loud\nmodle: {}\n',
  )
  expect(message.split('\n')).toEqual([
    '6 settings are wrong:',
    expect.stringMatching(/^- PARLEY_WIRE is .* Did you mean PARLEY_MODEL_WIRE\?$/),
    expect.stringMatching(/^- modle \(parley\.yaml, line 3\) is /),
    expect.stringMatching(/^- PARLEY_PORT is "x" /),
    expect.stringMatching(/^- DISCORD_TOKEN is /),
    expect.stringMatching(/^- log\.level \(parley\.yaml, line 2\) is "loud" /),
    expect.stringMatching(/^- SLACK_BOT_TOKEN is not set; /),
  ])
})

test('the error is one class that also lists its problems', async () => {
  const error = await configured({ PARLEY_PORT: 'x', PARLEY_WEB: 'x' }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigErrors)
  expect(error).toHaveProperty('problems.length', 2)
  expect(error).toHaveProperty('stack', expect.stringMatching(/^2 settings are wrong:(\n- .*){2}$/))
})

test.each([
  ['PARLEY_PROT', 'PARLEY_PORT'],
  ['PARLEY_LOGLEVEL', 'PARLEY_LOG_LEVEL'],
  ['PARLEY_OPENAI_API_KEY', 'OPENAI_API_KEY'],
  ['PARLEY_SLACK_BOT_TOKEN', 'SLACK_BOT_TOKEN'],
  ['PARLEY_API_KEY', 'OPENAI_API_KEY'],
  ['PARLEY_CONFG', 'PARLEY_CONFIG'],
  ['PARLEY_LOG', 'PARLEY_LOG_LEVEL'],
])('%s is no setting; meant is %s', async (name, meant) => {
  const message = await wrong({ [name]: 'value' })
  expect(message).toContain(`${name} is`)
  expect(message).toContain(`Did you mean ${meant}?`)
})

test('variables of others are no business of ours', async () => {
  await expect(
    configured({ SLACK_BOT_TOKN: 'x', PARLEYX: 'x', HOME: '/root', PARLEY_SERVICE_HOST: 'x' }),
  ).resolves.toBeDefined()
})

test.each([
  ['0.0.0.0', true],
  ['::', true],
  ['192.168.1.5', true],
  ['parley.example.com', true],
  ['127.example.com', true],
  ['127.0.0.1', false],
  ['127.9.9.9', false],
  ['::1', false],
  ['localhost', false],
])('S6: listening on %s needs a web token: %s', async (host, needed) => {
  const open = configured({ PARLEY_HOST: host })
  if (needed) await expect(open).rejects.toThrow(/^PARLEY_WEB_TOKEN is not set; .*other machines/)
  else await expect(open).resolves.toHaveProperty('host', host)
  await expect(configured({ PARLEY_HOST: host, PARLEY_WEB_TOKEN: WEB_TOKEN })).resolves.toBeDefined()
  await expect(configured({ PARLEY_HOST: host, PARLEY_WEB: 'off' })).resolves.toBeDefined()
})

test('Slack needs a bot token and a way to receive, and says which is missing', async () => {
  expect(await wrong({ SLACK_BOT_TOKEN: 'xoxb-1' })).toMatch(
    /^SLACK_APP_TOKEN is not set; .*SLACK_SIGNING_SECRET/,
  )
  expect(await wrong({ SLACK_SIGNING_SECRET: 's' })).toMatch(
    /^SLACK_BOT_TOKEN is not set; .*SLACK_SIGNING_SECRET/,
  )
  expect(await wrong({ SLACK_APP_TOKEN: 'xapp-1' })).toMatch(/^SLACK_BOT_TOKEN is not set; .*SLACK_APP_TOKEN/)
  await expect(configured({ SLACK_API_URL: 'http://127.0.0.1:1/' })).resolves.not.toHaveProperty('slack')
})

test('best-of-n is off until several answers are asked for, which need a reward model to choose', async () => {
  const address = './data/models/reward'
  expect((await configured({ PARLEY_REWARD_MODEL: address })).bestOf).toBeUndefined()
  expect((await configured({ PARLEY_REWARD_MODEL: address, PARLEY_BEST_OF: '4' })).bestOf).toEqual({
    ...{ address, replies: 4, suggestions: 1 },
  })
  const file = `bestOf:\n  suggestions: 2\n  address: https://rm.example\n  token: ${WEB_TOKEN}`
  expect((await configured({}, file)).bestOf).toEqual({
    ...{ replies: 1, suggestions: 2, address: 'https://rm.example', token: WEB_TOKEN },
  })
  expect(await wrong({ PARLEY_BEST_OF: '4' })).toMatch(/^PARLEY_REWARD_MODEL is not set/)
  expect(await wrong({ PARLEY_BEST_OF: '10', PARLEY_REWARD_MODEL: address })).toMatch(/from 1 to 9/)
  expect(await wrong({ PARLEY_BEST_OF_SUGGESTIONS: '4', PARLEY_REWARD_MODEL: 'http://rm.example' })).toMatch(
    /^PARLEY_REWARD_TOKEN is not set/,
  )
  const same = { PARLEY_BEST_OF: '4', PARLEY_REWARD_MODEL: address, PARLEY_MODEL_TEMPERATURE: '0.0' }
  expect(await wrong(same)).toMatch(/^PARLEY_MODEL_TEMPERATURE is "0.0".*more than 0/)
})

test('F5: reviews are off until a channel is named, which must be one of a platform that is configured', async () => {
  expect((await configured({ PARLEY_REVIEW_PER_DAY: '9' })).review).toBeUndefined()
  expect((await configured({ PARLEY_REVIEW_CHANNEL: 'web:general' })).review).toEqual({
    ...{ platform: 'web', channel: 'general', perDay: 5 },
  })
  expect(await wrong({ PARLEY_REVIEW_CHANNEL: 'slack:C0123' })).toContain('Set SLACK_BOT_TOKEN too')
  expect(await wrong({ PARLEY_REVIEW_CHANNEL: 'discord:1' })).toContain('Set DISCORD_TOKEN too')
  expect(await wrong({ PARLEY_REVIEW_CHANNEL: 'C0123' })).toContain('for example slack:C0123')
})
