import * as z from 'zod'
import type { Kind } from '#core/learning/dataset/dataset.ts'
import { type JobSpec, LearningError } from '#core/learning/engine.ts'
import { settingsOf } from '#core/learning/engines/settings.ts'
import { isOfficial, OFFICIAL_URL } from '#core/model/wire.ts'

const auto = z.union([z.literal('auto'), z.number().positive()]).optional()

const common = {
  /** Ends before `/fine_tuning/jobs`. OpenAI's own when left out. */
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  /** The name of the environment variable with the key; never the key. */
  key_env: z.string().min(1).optional(),
  /** Part of the finished model's name. */
  suffix: z.string().min(1).max(64).optional(),
  n_epochs: auto,
  batch_size: auto,
  learning_rate_multiplier: auto,
}

const SCHEMAS = {
  sft: z.strictObject(common),
  dpo: z.strictObject({ ...common, beta: auto }),
  rft: z.strictObject({
    ...common,
    compute_multiplier: auto,
    eval_interval: auto,
    eval_samples: auto,
    reasoning_effort: z.enum(['default', 'low', 'medium', 'high']).optional(),
    /** https://platform.openai.com/docs/guides/graders */
    grader: z.looseObject({ type: z.string() }).optional(),
  }),
}

export type ApiStage = keyof typeof SCHEMAS
export const API_STAGES: readonly ApiStage[] = ['sft', 'dpo', 'rft']

/** The key's name for OpenAI's own address. To no other is it sent unless somebody says so. */
const OFFICIAL_KEY = 'OPENAI_API_KEY'

export interface ApiPlan {
  readonly baseUrl: string
  readonly official: boolean
  readonly keyName: string | undefined
  readonly kind: Kind
  /** Fewer are refused, by whom. */
  readonly fewest: { readonly rows: number; readonly says: string }
  readonly method: 'supervised' | 'dpo' | 'reinforcement'
  readonly options: Readonly<Record<string, unknown>>
  readonly suffix: string | undefined
}

/** @throws LearningError */
export function apiPlan(spec: JobSpec): ApiPlan {
  const stage = API_STAGES.find((each) => each === spec.stage)
  if (stage === undefined) {
    throw new LearningError(
      `Such an endpoint does ${API_STAGES.join(', ')}, and no ${spec.stage}. Choose another with --engine.`,
    )
  }
  const { base_url, key_env, suffix, ...own } = settingsOf(spec, SCHEMAS[stage])
  const baseUrl = base_url ?? OFFICIAL_URL
  const official = isOfficial(baseUrl)
  return {
    ...{ baseUrl, official, suffix, keyName: key_env ?? (official ? OFFICIAL_KEY : undefined) },
    ...METHODS[stage],
    options: optionsOf(stage, own),
  }
}

const METHODS = {
  sft: { kind: 'sft-openai', method: 'supervised', fewest: { rows: 10, says: 'Such endpoints take' } },
  dpo: { kind: 'dpo-openai', method: 'dpo', fewest: { rows: 10, says: 'Such endpoints take' } },
  rft: { kind: 'rft-openai', method: 'reinforcement', fewest: { rows: 10, says: 'Such endpoints take' } },
} as const

/** The rows of `rft-openai` say what a good answer is: by likeness to it, unless another grader is given. */
const LIKENESS = {
  ...{ type: 'text_similarity', name: 'parley', evaluation_metric: 'fuzzy_match' },
  ...{ input: '{{sample.output_text}}', reference: '{{item.reference_answer}}' },
}

function optionsOf(
  stage: ApiStage,
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { grader, ...numbers } = own
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined)
  const hyperparameters = given.length === 0 ? {} : { hyperparameters: Object.fromEntries(given) }
  return stage === 'rft' ? { grader: grader ?? LIKENESS, ...hyperparameters } : hyperparameters
}
