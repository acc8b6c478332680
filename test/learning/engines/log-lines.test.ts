import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TRAINER_NAMES, withOurNames } from '#core/learning/engines/figure-names.ts'
import { beforeLog, endLog, type LogReading, readLog, type Said } from '#core/learning/engines/log-lines.ts'

function read(texts: readonly string[], every = 10): readonly [LogReading, readonly Said[]] {
  let reading = beforeLog
  const all: Said[] = []
  for (const text of texts) {
    const [next, said] = readLog(reading, text, every)
    reading = next
    all.push(...said)
  }
  const [end, said] = endLog(reading, every)
  return [end, [...all, ...said]]
}
const figures = (said: readonly Said[]) =>
  said.flatMap((each) => (each.type === 'figures' ? [[each.step, each.values]] : []))

const TRL = [
  "['user\\nHi\\nassistant\\nHello', 0.5]",
  'Map: 100%|██████████| 500/500 [00:00<00:00, 9000.00 examples/s]',
  "{'model_type': 'qwen3', 'layers': 12}",
  '\r  0%|          | 0/40 [00:00<?, ?it/s]',
  '\r 25%|██▌       | 10/40 [00:10<00:30,  1.00s/it]',
  '\r                                                 \r',
  "{'loss': 1.5, 'grad_norm': nan, 'learning_rate': 2e-05, 'rewards/margins': 0.25, 'epoch': 0.25}\n",
  '\r  0%|          | 0/5 [00:00<?, ?it/s]',
  "{'eval_loss': nan, 'eval_runtime': 1.2, 'epoch': 0.25}\n",
  '\r 50%|█████     | 20/40 [00:20<00:20,  1.00s/it]\r',
  "{'loss': '0.9', 'learning_rate': '1e-05', 'epoch': '0.5'}\n",
  '✅ Training completed.',
]

test('TRL and transformers 4 and 5: figures at the step that the bar shows', () => {
  const [reading, said] = read(TRL.map((line) => (/^[\r{]/.test(line) ? line : `${line}\n`)))
  expect(figures(said)).toEqual([
    [10, { loss: 1.5, learning_rate: 2e-5, 'rewards/margins': 0.25, epoch: 0.25 }],
    [10, { eval_runtime: 1.2, epoch: 0.25 }],
    [20, { loss: 0.9, learning_rate: 1e-5, epoch: 0.5 }],
  ])
  expect(reading.bar).toEqual({ done: 20, total: 40 })
  expect(reading.broken).toBeUndefined()
  expect(reading.last.at(-1)).toBe('✅ Training completed.')
})

test('without a bar the steps are counted', () => {
  expect(figures(read(["{'loss': 1}\n{'loss': 0.5}\n"], 10)[1])).toEqual([
    [10, { loss: 1 }],
    [20, { loss: 0.5 }],
  ])
})

test('OpenRLHF PPO, as Ray shows it', () => {
  const line =
    "\u001b[36m(PPOTrainer pid=812, ip=10.0.0.7)\u001b[0m 2026-11-23 10:00:00 INFO ppo_trainer.py:12] ✨ Global step 3: {'policy_loss': 0.024, 'kl': np.float64(0.5), 'reward': tensor(1.25), 'note': 'x'}\n"
  expect(figures(read([line])[1])).toEqual([[3, { policy_loss: 0.024, kl: 0.5, reward: 1.25 }]])
})

test('OpenRLHF SFT: figures at the end of its bars, each once', () => {
  const bar = (epoch: number, done: number, loss: number) =>
    `\rTrain step of epoch ${epoch}:  ${done * 50}%|#####     | ${done}/2 [00:01<00:01,  1.00it/s, gpt_loss=${loss}, loss_mean=${loss}, lr=1e-5]`
  const [reading, said] = read([
    ...[
      '\rTrain epoch:   0%|          | 0/2 [00:00<?, ?it/s]',
      bar(0, 0, 0.9),
      bar(0, 1, 0.9),
      bar(0, 1, 0.7),
    ],
    ...[bar(0, 2, 0.7), bar(1, 1, 0.5), bar(1, 1, 0.5), '\n'],
  ])
  expect(figures(said)).toEqual([
    [1, { gpt_loss: 0.9, loss_mean: 0.9, lr: 1e-5 }],
    [2, { gpt_loss: 0.7, loss_mean: 0.7, lr: 1e-5 }],
    [4, { gpt_loss: 0.5, loss_mean: 0.5, lr: 1e-5 }],
  ])
  expect(reading.bar).toEqual({ done: 1, total: 2 })
})

test('the curves of Insights are there under our names, and nothing is renamed', () => {
  const names = (values: Readonly<Record<string, number>>) => withOurNames(values, TRAINER_NAMES)
  expect(names({ gpt_loss: 1, kl: 2 })).toEqual({ loss: 1, gpt_loss: 1, kl: 2 })
  expect(names({ loss: 3, acc: 0.5, mean_token_accuracy: 0.7 })).toEqual({
    ...{ loss: 3, accuracy: 0.5, acc: 0.5, mean_token_accuracy: 0.7 },
  })
  expect(names({ train_loss: 1, accuracy: 0.9, acc: 0.1 })).toEqual({
    train_loss: 1,
    accuracy: 0.9,
    acc: 0.1,
  })
})

const samples = (text: string) =>
  read([text])[1].flatMap((each) => (each.type === 'sample' ? [each.sample] : []))

test('samples: what OpenRLHF prints before the figures of a step, in the words of Python', () => {
  const ray = '\u001b[36m(PPOTrainer pid=812)\u001b[0m '
  const text = [
    `${ray}['system\\nBe kind.\\nuser\\nHi\\nassistant\\nHello, it\\'s \\u2713 \\U0001f600 \\xe9 \\\\', 0.5703125]`,
    `${ray}✨ Global step 1: {'policy_loss': 0.1}`,
    `${ray}["It's a text without turns.", nan]`,
    `${ray}✨ Global step 2: {'policy_loss': 0.1}`,
    `${ray}['of the next step', -3e-05]`,
  ].join('\n')
  expect(samples(text)).toEqual([
    { step: 1, prompt: 'system\nBe kind.\nuser\nHi', completion: "Hello, it's ✓ 😀 é \\", reward: 0.5703125 },
    { step: 2, prompt: '', completion: "It's a text without turns." },
    { step: 3, prompt: '', completion: 'of the next step', reward: -3e-5 },
  ])
})

test('samples: what the reward function says, also where a bar was drawn before it', () => {
  const bar = '\r 25%|██▌       | 10/40 [00:10<00:30,  1.00s/it]'
  const sample = '{"prompt": "Hi", "completion": "\\ud83d\\ude00", "reward": 1}'
  expect(samples(`${bar}parley-sample ${sample}\n`)).toEqual([
    { step: 11, prompt: 'Hi', completion: '😀', reward: 1 },
  ])
})

test.each([
  'parley-sample {"prompt": "Hi", "comple',
  'parley-sample {"prompt": 1}',
  "['a list of one']",
  "['two', 'texts']",
  "['open, 1.0]",
  '[1, 2]',
])('what only looks like a sample is a line: %s', (line) => {
  const [, said] = read([`${line}\n`])
  expect(said).toEqual([{ type: 'line', line }])
})

test.each([["{'loss': nan}"], ["{'loss': 'inf'}"], ["x Global step 1: {'policy_loss': nan, 'kl': 0.1}"]])(
  'a loss that is no number is noticed: %s',
  (line) => {
    expect(read([`${line}\n`])[0].broken).toMatch(/loss$/)
  },
)

test('L5: however the text is cut, it says the same', () => {
  const text = TRL.join('\n')
  const whole = read([text])
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), text.length]
      const pieces = places.slice(1).map((end, nth) => text.slice(places[nth], end))
      expect(read(pieces)).toEqual(whole)
    }),
    { seed: 1, numRuns: 50 },
  )
})
