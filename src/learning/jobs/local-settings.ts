import * as z from 'zod'
import { LearningError, type Stage } from '#core/learning/engine.ts'
import { BYTE_CONFIG, type ModelConfig, USUAL } from '#core/learning/local/trainer.ts'

const whole = z.int().positive()
const rate = z.number().positive().max(1)

/** Steps between two checkpoints: what a kill costs. About 10 seconds of steps; of PPO's iterations, two. */
const every = { sft: 20, rm: 10, ppo: 2 } as const

/** What `--set` may say to the engine `local`, by stage. Measured values are the usual ones. */
const SETTINGS = {
  sft: z.strictObject({
    batch: whole.default(USUAL.sft.batch),
    steps: whole.default(USUAL.sft.steps),
    learningRate: rate.default(USUAL.sft.learningRate),
    checkpointEvery: whole.default(every.sft),
    layers: whole.default(BYTE_CONFIG.layers),
    width: whole.default(BYTE_CONFIG.width),
    heads: whole.default(BYTE_CONFIG.heads),
    context: whole.default(BYTE_CONFIG.context),
    promptTokens: whole.default(BYTE_CONFIG.promptTokens),
  }),
  rm: z.strictObject({
    batch: whole.default(USUAL.reward.batch),
    epochs: whole.default(USUAL.reward.epochs),
    learningRate: rate.default(USUAL.reward.learningRate),
    checkpointEvery: whole.default(every.rm),
  }),
  ppo: z.strictObject({
    batch: whole.default(USUAL.ppo.batch),
    iterations: whole.default(USUAL.ppo.iterations),
    epochs: whole.default(USUAL.ppo.epochs),
    beta: z.number().min(0).default(USUAL.ppo.beta),
    learningRate: rate.default(USUAL.ppo.learningRate),
    valueLearningRate: rate.default(USUAL.ppo.valueLearningRate),
    checkpointEvery: whole.default(every.ppo),
    /** Weight of the loss on demonstrations beside PPO's (PPO-ptx); without one there is none. */
    gamma: z.number().positive().optional(),
  }),
}

export const LOCAL_STAGES = ['sft', 'rm', 'ppo'] as const satisfies readonly Stage[]
export type LocalStage = (typeof LOCAL_STAGES)[number]
export type LocalSettings<S extends LocalStage> = z.infer<(typeof SETTINGS)[S]>

export const sftSettings = (given: unknown): LocalSettings<'sft'> => parsed('sft', SETTINGS.sft, given)
export const rmSettings = (given: unknown): LocalSettings<'rm'> => parsed('rm', SETTINGS.rm, given)
export const ppoSettings = (given: unknown): LocalSettings<'ppo'> => parsed('ppo', SETTINGS.ppo, given)

/** @throws LearningError when the numbers make no model. */
export function modelConfig(settings: LocalSettings<'sft'>): ModelConfig {
  const { layers, width, heads, context, promptTokens } = settings
  if (width % heads !== 0)
    throw new LearningError(`heads is ${heads} and does not divide width, which is ${width}. Change one.`)
  if (promptTokens >= context)
    throw new LearningError(
      `promptTokens is ${promptTokens} and leaves no room for an answer in a context of ${context}. Make it less.`,
    )
  return { layers, width, heads, context, promptTokens, alphabet: 'bytes' }
}

function parsed<T>(stage: LocalStage, schema: z.ZodObject & z.ZodType<T>, given: unknown): T {
  const { data, error } = schema.safeParse(given)
  if (data !== undefined) return data
  const [issue] = error?.issues ?? []
  const where = issue?.path.join('.') ?? ''
  throw new LearningError(
    `The engine local does not take these settings for ${stage}: ${where === '' ? '' : `${where} `}${issue?.message}. ` +
      `There are ${Object.keys(schema.shape).join(', ')}.`,
  )
}
