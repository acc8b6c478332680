/** What runs in the process of a job of the engine `head`: rows of the dataset -> embeddings -> heads -> a file. */
import { checkDataset } from '#core/learning/jobs/dataset.ts'
import type { Train } from '#core/learning/jobs/work.ts'
import { agreementIn } from '../agreement.ts'
import { embedRows, readHeadRows } from './dataset.ts'
import { describeHead } from './describe.ts'
import { openTrainingEmbedder } from './engine.ts'
import { SCALAR_NAMES } from './features.ts'
import { sealHead, writeHead } from './file.ts'
import { refuseTooLittle, trainHead } from './head.ts'
import { headSettings } from './settings.ts'

export const train: Train = async (work) => {
  const { spec, signal } = work
  const { folder, id } = spec.dataset
  const settings = headSettings(spec.settings)
  const manifest = await checkDataset(spec, ['rank', 'sft'])
  const rows = await readHeadRows({ folder, manifest }, spec.seed)
  // Before anything is paid for.
  refuseTooLittle(rows)
  const embedder = await openTrainingEmbedder(settings, signal, { env: process.env })
  await work.log(`Embeds with ${embedder.model}, ${embedder.dimensions} dimensions.`)
  const data = await embedRows(rows, embedder, signal, (done, total) => work.progress(done, total, 'answers'))
  let step = 0
  const trained = await trainHead(data, {
    ...{ seed: spec.seed, heads: settings.heads, signal },
    watch: async (values) => {
      step += 1
      await work.metric(step, values)
    },
  })
  const metrics = { ...trained.metrics, ...(await agreementIn(folder, manifest)) }
  const head = sealHead({
    embedding: { model: embedder.model, dimensions: embedder.dimensions, from: settings.embed },
    scalars: [...SCALAR_NAMES],
    heads: trained.heads.map(({ weights, offset }) => ({ weights: [...weights], offset })),
    ...{ slope: trained.slope, perLogLength: trained.perLogLength, ridge: trained.ridge, seed: spec.seed },
    ...{ datasets: [id], prompts: rows.train.length, metrics },
  })
  await writeHead(work.modelFolder, head)
  for (const line of describeHead(head)) await work.log(line)
  return { kind: 'reward-model', metrics }
}
