/** A finished head held against other rankings and demonstrations than it learned from. */
import { SPLITS, type Split } from '#core/learning/dataset/dataset.ts'
import { FORMATS } from '#core/learning/dataset/formats.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { LearningError } from '#core/learning/engine.ts'
import { rowsOf } from '#core/learning/jobs/dataset.ts'
import { agreementIn } from '../agreement.ts'
import type { Embedder } from '../reward-model.ts'
import { leadsOf } from './bradley-terry.ts'
import { embedRows, type HeadRows, readDemonstrations } from './dataset.ts'
import { contrastsOf } from './elements.ts'
import { type HeadFile, sealHead } from './file.ts'
import { evaluateHead, FEWEST_DEMONSTRATIONS } from './head.ts'
import { calibrate } from './measure.ts'
import { refuseOtherEmbeddings } from './model.ts'
import { type Head, normalise } from './normalise.ts'
import { elementsOf } from './rankings.ts'

export interface Examination {
  readonly head: HeadFile
  /** A dataset directory. */
  readonly dataset: string
  readonly embedder: Embedder
  readonly signal: AbortSignal
}

/** With fewer the slope would be a guess. */
const FEWEST_RANKED = 20

/**
 * How often the head agrees with people: on the test split of a dataset it learned from, on all of any other.
 *
 * @returns metrics by name, see `evaluateHead`, and how often people agree with each other, see `agreementIn`
 * @throws LearningError, DatasetError when the dataset is not sound or has nothing to compare
 */
export async function examineHead(given: Examination): Promise<Readonly<Record<string, number>>> {
  const { folder, manifest, splits } = await unseen(given)
  const test = elementsOf(await ranked(folder, manifest, splits))
  if (test.length === 0) throw new LearningError(nothingIn(given.dataset, splits))
  const data = await embed(given, { train: [], test, demonstrations: [] })
  return {
    ...evaluateHead({ ...given.head, heads: headsOf(given.head) }, data.test, data.embedding),
    ...(await agreementIn(folder, manifest)),
  }
}

/**
 * The same head with its scores set off against the demonstrations of another dataset (rule L3), and its chances
 * against the preferences there. It ranks as before.
 *
 * @throws LearningError, DatasetError as `examineHead`
 */
export async function recalibrateHead(given: Examination): Promise<HeadFile> {
  const { head } = given
  const { folder, manifest, splits } = await unseen(given)
  const test = elementsOf(await ranked(folder, manifest, splits))
  const demonstrations = await readDemonstrations({ folder, manifest }, head.seed)
  if (test.length < FEWEST_RANKED || demonstrations.length < FEWEST_DEMONSTRATIONS)
    throw new LearningError(
      `${folder} has ${test.length} ranked prompts the model has not seen and ${demonstrations.length} demonstrations; ` +
        `${FEWEST_RANKED} and ${FEWEST_DEMONSTRATIONS} are needed. Build a dataset of more, with --kinds rank,sft.`,
    )
  const data = await embed(given, { train: [], test, demonstrations })
  const { heads } = normalise(
    headsOf(head).map(({ weights }) => weights),
    data.demonstrations,
  )
  const [first] = heads
  if (first === undefined) throw new Error('a head file has at least one')
  const contrasts = contrastsOf(data.test, new Float64Array(first.weights.length).fill(1))
  const slope = calibrate(contrasts, leadsOf(contrasts, first.weights))
  const { id: _, format: __, schema: ___, ...rest } = head
  return sealHead({
    ...{ ...rest, slope, datasets: [...new Set([...head.datasets, manifest.id])] },
    heads: heads.map(({ weights, offset }) => ({ weights: [...weights], offset })),
    metrics: {
      ...head.metrics,
      ...prefixed('calibration', evaluateHead({ ...head, heads, slope }, data.test, data.embedding)),
      demonstrations: demonstrations.length,
    },
  })
}

/** The splits it has not learned from. */
async function unseen({ head, dataset, embedder }: Examination) {
  refuseOtherEmbeddings(head, embedder)
  const manifest = await verify(dataset)
  const splits: readonly Split[] = head.datasets.includes(manifest.id) ? ['test'] : SPLITS
  return { folder: dataset, manifest, splits }
}

async function ranked(folder: string, manifest: Parameters<typeof rowsOf>[1], splits: readonly Split[]) {
  const rows = await Promise.all(
    splits.map((split) => rowsOf(folder, manifest, ['rank', FORMATS.rank], split)),
  )
  return rows.flat()
}

const embed = ({ embedder, signal }: Examination, rows: HeadRows) =>
  embedRows(rows, embedder, signal, async () => {})

const headsOf = ({ heads }: HeadFile): readonly Head[] =>
  heads.map(({ weights, offset }) => ({ weights: Float64Array.from(weights), offset }))

const prefixed = (prefix: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  )

const nothingIn = (dataset: string, splits: readonly Split[]): string =>
  splits.length === 1
    ? `${dataset} has no ranked prompts in its test split, and the model has seen the others. Build a larger dataset, or give another.`
    : `${dataset} has no ranked prompts. Build it with --kinds rank,sft.`
