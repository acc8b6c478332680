/** How long a reward model takes to train: the largest a team is likely to have, and the usual one. */
import { Random } from '#core/learning/local/random.ts'
import { fitBradleyTerry } from '#core/learning/reward/head/bradley-terry.ts'
import { contrastsOf } from '#core/learning/reward/head/elements.ts'
import { scalesOf } from '#core/learning/reward/head/features.ts'
import { trainHead } from '#core/learning/reward/head/head.ts'
import { ceilingOf, PlantedTaste } from '#test/learning/reward/planted.ts'
import { type Figure, median } from '../figures.ts'

const SEED = 7
const FITS = 3
const { signal } = new AbortController()

export async function learning(): Promise<readonly Figure[]> {
  return [...(await large()), ...(await usual())]
}

/** 10,000 pairs of 1,536 numbers: a single fit, and everything with ridges, ensemble and measures. */
async function large(): Promise<readonly Figure[]> {
  const dimensions = 1_536
  // As far apart as in the measured prototype: people agree with the truth in about 84 of 100 pairs.
  const taste = new PlantedTaste({ dimensions, seed: SEED, scale: 3 / Math.SQRT2 })
  const train = taste.prompts('train', 10_000, 2)
  const test = taste.prompts('test', 5_000, 2)
  const scales = scalesOf(
    train.flatMap(({ answers }) => answers),
    dimensions,
  )
  const contrasts = contrastsOf(train, scales)
  const times = new Float64Array(train.length).fill(1)
  const fits = Array.from({ length: FITS }, () =>
    secondsOf(() => fitBradleyTerry({ contrasts, times, ridge: 0.1 })),
  )
  const began = performance.now()
  const { metrics } = await trainHead(
    { embedding: dimensions, train, test, demonstrations: taste.answers('demonstrations', 100) },
    { seed: SEED, heads: 4, signal },
  )
  const seconds = (performance.now() - began) / 1_000
  return [
    { metric: 'rm_fit_seconds', value: median(fits), unit: 's', bar: 'below 5' },
    { metric: 'rm_train_seconds', value: seconds, unit: 's' },
    { metric: 'rm_accuracy_10k_pairs', value: metrics.testAccuracy ?? 0, unit: 'share', bar: 'at least .78' },
    { metric: 'rm_ceiling_10k_pairs', value: ceilingOf(test), unit: 'share' },
  ]
}

/** 400 prompts of 4 answers, 256 numbers, and the same with labels that mean nothing. */
async function usual(): Promise<readonly Figure[]> {
  const taste = new PlantedTaste({ dimensions: 256, seed: SEED, scale: 2 })
  const data = {
    ...{ embedding: 256, train: taste.prompts('train', 400, 4), test: taste.prompts('test', 2_000, 4) },
    demonstrations: taste.answers('demonstrations', 100),
  }
  const began = performance.now()
  const { metrics } = await trainHead(data, { seed: SEED, heads: 4, signal })
  const seconds = (performance.now() - began) / 1_000
  const random = new Random(SEED, 'shuffle')
  const shuffled = data.train.map(({ answers, preferences }) => {
    const numbers = random.shuffled(answers.map((_, nth) => nth))
    const other = (nth: number) => numbers[nth] ?? nth
    return {
      answers,
      preferences: preferences.map((each) => ({
        ...each,
        better: other(each.better),
        worse: other(each.worse),
      })),
    }
  })
  const nothing = await trainHead({ ...data, train: shuffled }, { seed: SEED, heads: 4, signal })
  return [
    { metric: 'rm_train_seconds_400_prompts', value: seconds, unit: 's', bar: 'below 2' },
    {
      metric: 'rm_accuracy_400_prompts',
      value: metrics.testAccuracy ?? 0,
      unit: 'share',
      bar: 'at least .76',
    },
    {
      ...{ metric: 'rm_accuracy_shuffled', value: nothing.metrics.testAccuracy ?? 0, unit: 'share' },
      bar: '.50 ± .04',
    },
  ]
}

function secondsOf(work: () => unknown): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1_000
}
