/**
 * What trains a model, whatever it is: our own reference engine, TRL or OpenRLHF on a GPU machine, an endpoint that
 * takes fine-tuning jobs. One dataset directory feeds every engine (rule L2), and every draw is seeded (rule L5).
 *
 * An engine knows how to begin a job, look at it, end it and fetch what came of it. What a job says of itself is kept
 * in its run directory (`jobs/run-directory.ts`), so that a job outlives the process that started it.
 */
import * as z from 'zod'

/**
 * `sft` supervised on demonstrations; `rm` a reward model on rankings; `ppo` and `rloo` against one; `dpo`, `kto` and
 * `rft` without one of our own.
 */
export const stageSchema = z.enum(['sft', 'rm', 'dpo', 'kto', 'rloo', 'rft', 'ppo'])
export type Stage = z.infer<typeof stageSchema>

/** The engines there are. `head` trains a reward model on embeddings only. */
export const engineNames = ['local', 'head', 'trl', 'openrlhf', 'openai-compatible'] as const
export type EngineName = (typeof engineNames)[number]

export const jobSpecSchema = z
  .object({
    schema: z.literal(1),
    /** Sortable by time; also the name of the run directory. */
    id: z.string(),
    engine: z.enum(engineNames),
    stage: stageSchema,
    /** A dataset directory as `parley learn dataset build` makes it, and the id in its manifest. */
    dataset: z.object({ folder: z.string(), id: z.string() }).readonly(),
    /** What training begins from: an artifact's address or the engine's own name of a model. */
    base: z.string().optional(),
    /** The reward model to train against: an artifact's address, or the address of a reward service. */
    reward: z.string().optional(),
    seed: z.number().int(),
    /** The engine's own settings, by its own names; unknown ones are refused by the engine. */
    settings: z.record(z.string(), z.unknown()).readonly(),
    /** Milliseconds since the epoch. */
    createdAt: z.number(),
  })
  .readonly()
export type JobSpec = z.infer<typeof jobSpecSchema>

/** `lost`: its process is gone and nothing tells how it ended; it can be begun again or resumed. */
const jobStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'lost'])
export type JobState = z.infer<typeof jobStateSchema>

export const jobStatusSchema = z
  .object({
    state: jobStateSchema,
    /** Steps done and to do, where the engine tells. */
    progress: z.object({ done: z.number(), total: z.number(), unit: z.string() }).readonly().optional(),
    /** For people: why it failed and what to do next. */
    reason: z.string().optional(),
    /** How the engine finds the job again: a process, a remote job's id. */
    external: z.string().optional(),
    updatedAt: z.number(),
  })
  .readonly()
export type JobStatus = z.infer<typeof jobStatusSchema>

/** One line of `metrics.jsonl`: numbers by name, such as `loss`, `reward`, `kl`, `accuracy`. Always finite. */
export const metricSchema = z
  .object({ step: z.number(), at: z.number(), values: z.record(z.string(), z.number()).readonly() })
  .readonly()
export type Metric = z.infer<typeof metricSchema>

/** One line of `samples.jsonl`: what the model under training says. */
export const sampleSchema = z
  .object({ step: z.number(), prompt: z.string(), completion: z.string(), reward: z.number().optional() })
  .readonly()
export type Sample = z.infer<typeof sampleSchema>

export type JobEvent =
  | { readonly type: 'status'; readonly status: JobStatus }
  | { readonly type: 'metric'; readonly metric: Metric }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'log'; readonly line: string }

/** What came of a job. It is named only once it is whole: nothing half-written is ever an artifact. */
export const artifactSchema = z
  .object({
    schema: z.literal(1),
    kind: z.enum(['policy', 'reward-model']),
    /** Where it is: a folder, a file, or the name by which an endpoint serves it. */
    uri: z.string(),
    /** Over its files; absent where an endpoint keeps them. */
    sha256: z.string().optional(),
    /** How the bot asks it: a base URL of the OpenAI wire and a model's name; absent until it is served. */
    served: z.object({ baseUrl: z.string(), model: z.string() }).readonly().optional(),
    job: z.string(),
    /** Last figures, by name. */
    metrics: z.record(z.string(), z.number()).readonly(),
  })
  .readonly()
export type ModelArtifact = z.infer<typeof artifactSchema>

/** @param R the run directory of a job (`jobs/run-directory.ts`): an engine reads its spec and writes the rest there. */
export interface TrainEngine<R> {
  readonly name: EngineName
  readonly stages: readonly Stage[]
  /**
   * Begins the job, or resumes it from its newest checkpoint. Resolves when it is under way, not when it is done.
   *
   * @throws LearningError when the spec, the dataset or the machine does not allow it.
   */
  submit(run: R): Promise<void>
  /** The truth, also after kill -9 of whoever started it. */
  status(run: R): Promise<JobStatus>
  /** From the beginning, then as they come, until the job has ended or the signal aborts. */
  events(run: R, signal: AbortSignal): AsyncIterable<JobEvent>
  cancel(run: R): Promise<void>
  /** @throws LearningError when it has not succeeded, or its result is not whole. */
  collect(run: R): Promise<ModelArtifact>
}

/** Whoever runs a job can mend it: the sentence says what is wrong and what to do next. */
export class LearningError extends Error {
  override readonly name = 'LearningError'
}
