import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { handedOn } from '#core/learning/engines/environment.ts'
import { reasonOfFailure } from '#core/learning/engines/failure.ts'
import { takeModel } from '#core/learning/engines/model-folder.ts'
import { folder } from './given.ts'

test.each([
  [1, ["ModuleNotFoundError: No module named 'trl'"], /^ModuleNotFoundError: .* A Python package is missing/],
  [
    1,
    ['OSError: meta/x is not a local folder and is not a valid model identifier'],
    /The base model cannot be had/,
  ],
  [
    1,
    ['urllib.error.URLError: <urlopen error [Errno 111] Connection refused>'],
    /reward service cannot be reached/,
  ],
  [2, ['train_sft.py: error: unrecognized arguments: --pretrain'], /The trainer is of another version/],
  [
    1,
    ['Traceback (most recent call last):', 'ValueError: too few rows'],
    /^trl ended with code 1\. It said: ValueError: too few rows\. "parley learn job logs"/,
  ],
  [1, [], /^trl ended with code 1\. "parley learn job logs"/],
  [126, [], /may not be executed/],
  [137, ['step 3'], /was killed, most often because the machine had no memory left/],
  [143, [], /was ended by signal 15/],
])('the reason of a failure with code %i after %j', (code, last, words) => {
  expect(reasonOfFailure(code, 'trl', last)).toMatch(words)
})

const output = (files: Readonly<Record<string, string>>) => {
  const path = join(folder(), 'output')
  mkdirSync(join(path, 'checkpoint-10'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}
const index = JSON.stringify({ weight_map: { a: 'm-1.safetensors', b: 'm-2.safetensors' } })

test.each([
  [
    'a model in shards',
    {
      'config.json': '{}',
      'model.safetensors.index.json': index,
      'm-1.safetensors': 'x',
      'm-2.safetensors': 'x',
    },
  ],
  ['an adapter', { 'adapter_config.json': '{}', 'adapter_model.safetensors': 'x', 'README.md': '#' }],
])('a model is taken with all its files, and without its checkpoints: %s', async (_, files) => {
  const place = join(folder(), 'model')
  await takeModel(output(files), place)
  expect(readdirSync(place).toSorted()).toEqual(Object.keys(files).toSorted())
})

test.each([
  ['nothing', {}, 'has no config.json'],
  ['half a configuration', { 'config.json': '{"a', 'model.safetensors': 'x' }, 'config.json is not whole'],
  ['no weights', { 'config.json': '{}' }, 'has no model.safetensors'],
  ['pickled weights', { 'config.json': '{}', 'pytorch_model.bin': 'x' }, 'has no model.safetensors'],
  [
    'a missing shard',
    { 'config.json': '{}', 'model.safetensors.index.json': index, 'm-1.safetensors': 'x' },
    'm-2.safetensors is not there',
  ],
  ['an empty index', { 'config.json': '{}', 'model.safetensors.index.json': '{}' }, 'names no weights'],
])('what is no model is not taken: %s', async (_, files, words) => {
  const place = join(folder(), 'model')
  await expect(takeModel(output(files), place)).rejects.toThrow(words)
  expect(() => readdirSync(place)).toThrow('ENOENT')
})

test('S5: a trainer gets what programs are configured by, and none of our secrets', () => {
  const env = {
    ...{
      PATH: '/bin',
      HOME: '/root',
      CUDA_VISIBLE_DEVICES: '0',
      HF_TOKEN: 'hf',
      https_proxy: 'p',
      RAY_ADDRESS: 'r',
    },
    ...{
      OPENAI_API_KEY: 'sk',
      SLACK_BOT_TOKEN: 'x',
      PARLEY_REWARD_TOKEN: 't',
      DATABASE_URL: 'd',
      NODE_OPTIONS: 'n',
    },
  }
  expect(Object.keys(handedOn(env))).toEqual([
    'PATH',
    'HOME',
    'CUDA_VISIBLE_DEVICES',
    'HF_TOKEN',
    'https_proxy',
    'RAY_ADDRESS',
  ])
})
