import { parseArgs } from 'node:util'
import { loadConfig } from '#config/load.ts'
import { systemClock } from '#core/clock.ts'
import { ConfigError } from '#core/errors.ts'
import { SPLITS, type Split } from '#core/learning/dataset/dataset.ts'
import { LearningError } from '#core/learning/engine.ts'
import { RUNS_USAGE } from './open-jobs.ts'
import { rewardNamed } from './reward-named.ts'

export const BON_USAGE = `  bon eval --dataset <directory> --reward <model>
                         what the best of several answers would score, over a dataset's prompts;
                         <model> is a reward model or the address of a service
    --embed <model>      another address of the same embeddings
    --n 4                how many answers to a prompt, 2 to 9
    --split test         train, validation or test
    --limit 100          how many prompts at most
    --seed 1             servers that take seeds draw the same again
    --json               one object
${RUNS_USAGE}`
const NOT_UNDERSTOOD = 2
const MOST_PROMPTS = 100_000

const text = { type: 'string' } as const
const OPTIONS = {
  ...{ dataset: text, reward: text, embed: text, n: text, split: text, limit: text, seed: text },
  runs: text,
  json: { type: 'boolean', default: false },
} as const

/** `parley learn bon …`. @throws DatasetError, LearningError, ConfigError */
export async function bon(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [verb, ...others] = positionals
  const { dataset: directory, reward: given = env.PARLEY_REWARD_MODEL } = values
  if (verb !== 'eval' || directory === undefined || others.length > 0) {
    process.stderr.write(`Usage: parley learn <what>\n${BON_USAGE}`)
    return NOT_UNDERSTOOD
  }
  const n = whole('--n', values.n ?? '4', 2, 9)
  const limit = whole('--limit', values.limit ?? '100', 1, MOST_PROMPTS)
  const seed = whole('--seed', values.seed ?? '1', 0, 2 ** 30)
  const split = splitOf(values.split ?? 'test')
  if (given === undefined)
    throw new LearningError(
      'No reward model is given. Name one with --reward: "parley learn rm train" makes it.',
    )
  const config = await loadConfig(env)
  const [{ chooseModel }, { openReward }, { readPrompts }, { evaluateBestOfN }] = await Promise.all([
    import('#core/model/choose.ts'),
    import('#core/learning/reward/open.ts'),
    import('#core/learning/reward/conversations.ts'),
    import('#core/learning/best-of-n/evaluate.ts'),
  ])
  const { signal } = new AbortController()
  const { apiKey, baseUrl, sampling } = config.model
  const reward = await openReward(
    {
      address: await rewardNamed(given, values.runs),
      token: env.PARLEY_REWARD_TOKEN,
      embed: values.embed ?? env.PARLEY_REWARD_EMBED,
    },
    { env: { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl }, fetch },
    signal,
  )
  const model = await chooseModel(config.model, { clock: systemClock, fetch })
  const report = await evaluateBestOfN({
    ...{ n, seed, model, sampling, reward, signal, clock: systemClock },
    prompts: first(limit, readPrompts(directory, [split])),
    onPrompt: (done) => {
      if (process.stderr.isTTY && !values.json) process.stderr.write(`\r${done} prompts`)
    },
  })
  if (process.stderr.isTTY && !values.json) process.stderr.write('\r')
  process.stdout.write(
    values.json ? `${JSON.stringify({ dataset: directory, split, ...report })}\n` : forPeople(report),
  )
  return 0
}

type Report = Awaited<ReturnType<typeof import('#core/learning/best-of-n/evaluate.ts').evaluateBestOfN>>

const forPeople = (
  report: Report,
): string => `The best of ${report.n} answers of ${report.model}, judged by ${report.rewardModel}

  prompts        ${report.prompts}${report.failed > 0 ? `, and ${report.failed} that failed` : ''}
  first answer   ${score(report.first)}   ${Math.round(report.firstLength)} characters
  best answer    ${score(report.best)}   ${Math.round(report.bestLength)} characters
  lift           ${score(report.lift)} ± ${(1.96 * report.liftError).toFixed(3)}
  first is best  ${(100 * report.firstIsBest).toFixed(0)} %
  divergence     at most ${report.divergence.toFixed(3)} nats

Demonstrations have mean 0 and spread 1 on this scale. The reward model chose and judged: only people can say
whether the chosen answers are better ("parley learn eval").
${report.shadow ? 'It learned from too few rankings to choose: in the bot it only watches.\n' : ''}`

const score = (value: number): string => `${value < 0 ? '' : ' '}${value.toFixed(3)}`

async function* first<T>(count: number, values: AsyncIterable<T>): AsyncGenerator<T> {
  let left = count
  for await (const value of values) {
    yield value
    left -= 1
    if (left === 0) return
  }
}

function whole(key: string, got: string, from: number, to: number): number {
  const number = Number(got)
  if (/^\d+$/.test(got) && number >= from && number <= to) return number
  const expected = `a whole number from ${from} to ${to}`
  throw new ConfigError(key, { got, expected, fix: `Use ${key} ${Math.max(from, Math.min(to, 4))}.` })
}

function splitOf(got: string): Split {
  const split = SPLITS.find((each) => each === got)
  if (split !== undefined) return split
  throw new ConfigError('--split', { got, expected: SPLITS.join(', '), fix: 'Use --split test.' })
}
