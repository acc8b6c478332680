import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { envExample, yamlExample } from '#config/examples.ts'
import { everySetting } from '#config/settings.ts'
import { configured, wrong } from './given.ts'

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
const env = await read('.env.example')
const yaml = await read('config/parley.example.yaml')

test('the example files are those that the table of settings makes', () => {
  const advice = 'run: npx node config/write-examples.ts'
  expect(env, advice).toBe(envExample())
  expect(yaml, advice).toBe(yamlExample())
})

test.each(everySetting)('$env is in both files with its default, and explained', (setting) => {
  const name = setting.path.at(-1)
  const value = setting.preset ?? setting.example
  expect(value).toBeTruthy()
  expect(env).toContain(`\n# ${setting.env}=${value}\n`)
  expect(yaml).toMatch(new RegExp(`^ *${setting.preset === undefined ? '# ' : ''}${name}: `, 'm'))
  expect(yaml).toContain(`${name}: ${value}\n`)
  expect(setting.about).toMatch(/^\p{Lu}.*\.$/u)
})

test('the example settings file, copied as it is, says the same as none', async () => {
  expect(await configured({}, yaml)).toEqual(await configured({}))
})

test('an example .env, copied as it is, sets nothing', () => {
  expect(parseEnv(env)).toEqual({})
})

test('what is commented out is right when it is switched on, except secrets that all could guess', async () => {
  const everything = parseEnv(env.replaceAll(/^# ([A-Z_]+=)/gm, '$1'))
  const names = [...everySetting.map((setting) => setting.env), 'PARLEY_CONFIG']
  expect(Object.keys(everything).toSorted()).toEqual(names.toSorted())
  const problems = (await wrong(everything, yaml)).split('\n- ').slice(1)
  expect(problems.map((each) => each.split(';', 1)[0])).toEqual([
    'PARLEY_WEB_TOKEN is "… (length 9)" (string)',
    'PARLEY_ENCRYPTION_KEYS is "… (length 9)" (string)',
    'PARLEY_REWARD_TOKEN is "… (length 9)" (string)',
  ])
})
