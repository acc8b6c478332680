import type { Split } from '#core/learning/dataset/dataset.ts'
import { FORMATS } from '#core/learning/dataset/formats.ts'
import type { Manifest } from '#core/learning/dataset/manifest.ts'
import { rowsOf } from '#core/learning/jobs/dataset.ts'
import { Random } from '../../local/random.ts'
import type { Embedder, Judged } from '../reward-model.ts'
import type { Element } from './elements.ts'
import { featuresOf, jointText } from './features.ts'
import type { HeadData } from './head.ts'
import { elementsOf } from './rankings.ts'

/** A mean over so many is exact enough, and each costs an embedding. */
const MOST_DEMONSTRATIONS = 2_000
/** Embedded between two looks at the signal. */
const CHUNK = 256

/** Its directory and manifest, checked by the caller. */
export interface Dataset {
  readonly folder: string
  readonly manifest: Manifest
}

/** What a head learns from, as text. */
export interface HeadRows {
  readonly train: readonly Element<Judged>[]
  readonly test: readonly Element<Judged>[]
  readonly demonstrations: readonly Judged[]
}

/**
 * The validation split is trained on too: a head holds out prompts of its own, in turns, and 5 % of few prompts would
 * choose nothing. The test split stays unseen (rule L1).
 */
export async function readHeadRows({ folder, manifest }: Dataset, seed: number): Promise<HeadRows> {
  const ranked = (split: Split) => rowsOf(folder, manifest, ['rank', FORMATS.rank], split)
  return {
    train: elementsOf([...(await ranked('train')), ...(await ranked('validation'))]),
    test: elementsOf(await ranked('test')),
    demonstrations: await readDemonstrations({ folder, manifest }, seed),
  }
}

/** What people wrote themselves, of the training split; so many of them as are needed, drawn with the seed. */
export async function readDemonstrations(
  { folder, manifest }: Dataset,
  seed: number,
): Promise<readonly Judged[]> {
  const shown = await rowsOf(folder, manifest, ['sft', FORMATS.sft], 'train')
  return new Random(seed, 'demonstrations')
    .shuffled(shown)
    .slice(0, MOST_DEMONSTRATIONS)
    .map(({ messages }) => ({ conversation: messages.slice(0, -1), answer: messages.at(-1)?.content ?? '' }))
}

/**
 * Texts to numbers.
 *
 * @param progress told how many answers are embedded, and of how many
 * @throws ModelError when the embeddings cannot be had
 */
export async function embedRows(
  rows: HeadRows,
  embedder: Embedder,
  signal: AbortSignal,
  progress: (done: number, total: number) => Promise<void>,
): Promise<HeadData> {
  const { train, test, demonstrations } = rows
  const all = [...[...train, ...test].flatMap(({ answers }) => answers), ...demonstrations]
  const features: Float32Array[] = []
  for (let from = 0; from < all.length; from += CHUNK) {
    const chunk = all.slice(from, from + CHUNK)
    const points = await embedder.embed(chunk.map(jointText), signal)
    for (const [nth, judged] of chunk.entries())
      features.push(featuresOf(points[nth] ?? new Float32Array(0), judged))
    await progress(features.length, all.length)
  }
  let used = 0
  const taken = (count: number): readonly Float32Array[] => {
    used += count
    return features.slice(used - count, used)
  }
  const numbers = ({ answers, preferences }: Element<Judged>) => ({
    ...{ answers: taken(answers.length), preferences },
  })
  return {
    embedding: embedder.dimensions,
    train: train.map(numbers),
    test: test.map(numbers),
    demonstrations: taken(demonstrations.length),
  }
}
