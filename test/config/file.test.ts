import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '#config/load.ts'
import { configured, wrong } from './given.ts'

test('parley.yaml sets what the environment leaves open, and the environment wins', async () => {
  const file = 'port: 1\nmodel:\n  names: [a, b]\n  temperature: 0\nweb:\n  enabled: off\n'
  const config = await configured({ PARLEY_PORT: '2', PARLEY_MODEL_TOP_P: '0.5' }, file)
  expect(config.port).toBe(2)
  expect(config.model.models).toEqual(['a', 'b'])
  expect(config.model.sampling).toEqual({ temperature: 0, topP: 0.5 })
  expect(config).not.toHaveProperty('web')
})

test('an empty variable lets the file speak', async () => {
  expect(await configured({ PARLEY_PORT: '' }, 'port: 1')).toHaveProperty('port', 1)
})

test('a value that the environment overrules is not judged', async () => {
  expect(await configured({ PARLEY_PORT: '2' }, 'port: nonsense')).toHaveProperty('port', 2)
})

test('values stay as they are written: digits keep their zeros, on stays on', async () => {
  const file = 'web:\n  token: 00123456789012345678\n  enabled: on\nsystemPrompt: |\n  Two\n  lines.\n'
  const config = await configured({}, file)
  expect(config.web).toEqual({ token: '00123456789012345678' })
  expect(config.systemPrompt).toBe('Two\nlines.')
})

test.each(['', '# nothing\n', 'slack:\n', 'port:\nmodel:\n  names: null\n  temperature: ~\n', 'store: ""\n'])(
  'a file with nothing in it sets nothing: %j',
  async (file) => {
    expect(await configured({}, file)).toEqual(await configured({}))
  },
)

test.each([
  ['porrt: 1', 'porrt (parley.yaml, line 1)', 'Did you mean port?'],
  ['model:\n  api_key: x', 'model.api_key (parley.yaml, line 2)', 'Did you mean model.apiKey?'],
  ['# one\n\nbotToken: x', 'botToken (parley.yaml, line 3)', 'Did you mean slack.botToken?'],
  ['Slak:\n  botToken: x', 'Slak (parley.yaml, line 1)', 'Did you mean slack?'],
  ['colour: x', 'colour (parley.yaml, line 1)', 'Remove it; parley.example.yaml shows every name.'],
  ['colour:', 'colour (parley.yaml, line 1)', 'Remove it; parley.example.yaml shows every name.'],
  ['__proto__: {port: 1}', '__p… (parley.yaml, line 1)', 'Remove it; parley.example.yaml shows every name.'],
])('an unknown name in the file is an error: %j', async (file, key, fix) => {
  const message = await wrong({}, file)
  expect(message).toContain(`${key} is `)
  expect(message).toContain(fix)
})

test('a wrong value in the file is named with its place', async () => {
  expect(await wrong({}, 'host: localhost\nmodel:\n  temperature: hot\n')).toBe(
    'model.temperature (parley.yaml, line 3) is "hot" (string); expected a number from 0 to 2. Write "temperature: 0.7".',
  )
  expect(await wrong({}, 'port: [1]')).toMatch(/^port \(parley\.yaml, line 1\) is \["1"\] \(array\); /)
  expect(await wrong({}, 'discord: abc')).toBe(
    'discord (parley.yaml, line 1) is "… (length 3)" (string); expected a group with token, apiUrl, catchUpHours. ' +
      'Write "discord:" on a line of its own and what belongs to it below, two spaces in.',
  )
  expect(await wrong({}, '- port')).toMatch(/^parley\.yaml is \["…"\] \(array\); expected names and values\./)
})

test.each([
  ['host: a\nport: 1: 2', 'line 2, column 7'],
  ['port: 1\n\tmodel: x', 'line 2, column 1'],
  ['port: 1\nport: 2', 'line 2, column 1'],
  ['model: {names: x', 'line 1, column 17'],
  ['port: *missing', 'line 1, column 7'],
  ['port: !env X', 'line 1, column 7'],
])('a file that is not YAML is named with line and column: %j', async (file, place) => {
  expect(await wrong({}, file)).toMatch(
    new RegExp(`^parley\\.yaml is not YAML at ${place}: .+\\. Mend that place\\.$`),
  )
})

test('a value that needs quotes is said to need them', async () => {
  expect(await wrong({}, 'store: memory:')).toMatch(
    /line 1, column \d+: a value with a colon .* needs quotes/,
  )
  expect((await configured({}, 'store: "memory:"')).store).toBe('memory:')
})

test('a broken file hides no wrong variable, and nothing is said to be missing that it may have set', async () => {
  const message = await wrong({ PARLEY_PORT: 'x', SLACK_BOT_TOKEN: 'xoxb-1' }, 'a: b: c')
  expect(message).toContain('not YAML')
  expect(message).toContain('PARLEY_PORT is "x"')
  expect(message).not.toContain('SLACK_')
})

test('PARLEY_CONFIG names another file, which must be there', async () => {
  expect(await configured({ PARLEY_CONFIG: '/etc/parley.yaml' }, 'port: 5')).toHaveProperty('port', 5)
  expect(await wrong({ PARLEY_CONFIG: '/etc/parley.yaml' })).toBe(
    'PARLEY_CONFIG is "/etc/parley.yaml" (string); expected a file that can be read. Reading it failed: ENOENT.',
  )
})

test('the default file that cannot be read is an error, unlike one that is not there', async () => {
  const readFile = async () => {
    throw Object.assign(new Error('denied'), { code: 'EACCES' })
  }
  await expect(loadConfig({}, { readFile })).rejects.toThrow(/The settings file is "parley\.yaml" .*EACCES/)
})

test('without a reader of its own it reads the disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-config-'))
  try {
    const file = join(folder, 'my.yaml')
    await writeFile(file, 'port: 7\n')
    expect(await loadConfig({ PARLEY_CONFIG: file })).toHaveProperty('port', 7)
  } finally {
    await rm(folder, { recursive: true })
  }
})
