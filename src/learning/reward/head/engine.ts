/**
 * The engine `head`: trains a reward model on embeddings, in a process of its own, in seconds. A job that was killed
 * begins again from its start, because that costs no more than a checkpoint would.
 */
import type { Clock } from '#core/clock.ts'
import { ConfigError, reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { checkDataset } from '#core/learning/jobs/dataset.ts'
import { createProcessEngine } from '#core/learning/jobs/process-engine.ts'
import { type EmbedderDeps, openEmbedder } from '../open-embedder.ts'
import type { Embedder } from '../reward-model.ts'
import { type HeadSettings, headSettings } from './settings.ts'

/** How long an endpoint may take to answer the first time: a model on this machine has to be loaded. Milliseconds. */
const PATIENCE_MS = 120_000

export const createHeadEngine = ({ clock, ...deps }: EmbedderDeps & { readonly clock: Clock }) =>
  createProcessEngine({
    ...{ name: 'head', stages: ['rm'], clock },
    trainer: new URL('./trainer.ts', import.meta.url),
    check: async (spec) => {
      const settings = headSettings(spec.settings)
      await checkDataset(spec, ['rank', 'sft'])
      const embedder = await openTrainingEmbedder(settings, AbortSignal.timeout(PATIENCE_MS), deps)
      await embedder.embed(['Is anybody there?'], AbortSignal.timeout(PATIENCE_MS)).catch(explain(settings))
    },
  })

/** @throws LearningError with the next step when there are no embeddings to be had */
export const openTrainingEmbedder = (
  settings: Pick<HeadSettings, 'embed' | 'dimensions'>,
  signal: AbortSignal,
  deps: EmbedderDeps,
): Promise<Embedder> => openEmbedder(settings, signal, deps).catch(explain(settings))

const explain =
  ({ embed }: Pick<HeadSettings, 'embed'>) =>
  (error: unknown): never => {
    if (error instanceof LearningError) throw error
    const why = reasonOf(error).replace(/\.$/u, '')
    // What reads a file says itself what it lacks.
    const next = error instanceof ConfigError ? 'Or name another' : 'Start the server or name another'
    throw new LearningError(
      `There are no embeddings from ${embed}: ${why}. ${next}, like ` +
        '--embed http://127.0.0.1:11434/v1/nomic-embed-text; hashed-words needs none.',
      { cause: error },
    )
  }
