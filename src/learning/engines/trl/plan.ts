import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Kind } from '#core/learning/dataset/dataset.ts'
import { type JobSpec, LearningError } from '#core/learning/engine.ts'
import { type DatasetFiles, datasetFiles } from '#core/learning/engines/dataset-files.ts'
import { modelNamed } from '#core/learning/engines/model-named.ts'
import { OUTPUT, type Plan } from '#core/learning/engines/outside.ts'
import { isAddress, rewardAddress, TOKEN_NAME } from '#core/learning/engines/reward-address.ts'
import { settingsOf } from '#core/learning/engines/settings.ts'
import { parleySettings, TRL_STAGES, type TrlStage, trlSettings } from './settings.ts'
import { type YamlValue, yamlOf, yamlValue } from './yaml.ts'

const CONFIG = 'config.yaml'
/** Steps from figures to figures. */
const LOGGING_STEPS = 10
const REWARD_FUNCTION = new URL('../../reward/parley_reward.py', import.meta.url)
const REWARD_FILE = 'parley_reward.py'

/** TRL's own names of the stages. */
const COMMANDS: Readonly<Record<TrlStage, string>> = {
  ...{ sft: 'sft', rm: 'reward', dpo: 'dpo', kto: 'kto', rloo: 'rloo' },
}
const KINDS: Readonly<Record<TrlStage, Kind>> = {
  ...{ sft: 'sft', rm: 'pref', dpo: 'pref', kto: 'kto', rloo: 'prompts' },
}

/** What a run of TRL 1.10 is made of. @throws LearningError */
export async function trlPlan(spec: JobSpec, run: string, env: NodeJS.ProcessEnv): Promise<Plan> {
  const stage = stageOf(spec)
  if (spec.base === undefined) {
    throw new LearningError(
      'TRL needs a model to begin from: a folder or a name on the Hugging Face Hub, with --base.',
    )
  }
  const {
    command,
    cancel_command,
    env: given,
    num_processes,
    accelerate_config,
    rows,
    own,
  } = settingsFor(spec, stage)
  const base = await modelNamed(spec.base, '--base', 'policy')
  const files = await datasetFiles(spec, rows ?? KINDS[stage])
  const reward = stage === 'rloo' ? await rewardOf(spec, env) : NO_REWARD
  const chosen = {
    ...{ model_name_or_path: base, output_dir: join(run, OUTPUT), ...dataOf(files) },
    ...defaultsOf(stage, files, rows === 'completion'),
    ...reward.values,
    ...own,
  }
  if (chosen.eval_strategy !== 'no' && files.validation === undefined) {
    throw new LearningError(
      `${files.root} has no validation rows of this kind, so nothing can be evaluated on the way. Leave "eval_strategy" out, or build the dataset with more data.`,
    )
  }
  const config = { ...chosen, ...withEnv({ ...given, ...reward.env }), seed: spec.seed, data_seed: spec.seed }
  return {
    command: [
      ...['trl', COMMANDS[stage], '--config', join(run, CONFIG)],
      ...(num_processes === undefined ? [] : ['--num_processes', String(num_processes)]),
      ...(accelerate_config === undefined ? [] : ['--accelerate_config', accelerate_config]),
    ],
    // Also in the configuration: a container or another machine does not get ours.
    env: { ...given },
    files: { [CONFIG]: yamlOf(config), ...reward.files },
    ...{ start: command, stop: cancel_command, dataset: files.root },
    kind: stage === 'rm' ? 'reward-model' : 'policy',
    // `trl` never hands a checkpoint on to its trainer.
    resumes: false,
    every: Number(chosen.logging_steps),
    secrets: reward.secrets,
  }
}

function stageOf({ stage }: JobSpec): TrlStage {
  const known = TRL_STAGES.find((each) => each === stage)
  if (known !== undefined) return known
  if (stage === 'ppo') {
    throw new LearningError(
      'TRL has no PPO to rely on: its PPO is experimental, has no command, and may change or go in any release. Use --engine openrlhf for PPO, or the stage rloo with trl.',
    )
  }
  throw new LearningError(`TRL cannot do ${stage}. It does ${TRL_STAGES.join(', ')}.`)
}

function settingsFor(spec: JobSpec, stage: TrlStage) {
  const given = settingsOf(spec, trlSettings[stage])
  const parleys = parleySettings.parse(given)
  const own = Object.entries(given).filter(([name]) => !Object.hasOwn(parleys, name))
  return { ...parleys, own: z.record(z.string(), yamlValue).parse(Object.fromEntries(own)) }
}

function dataOf({ folder, validation }: DatasetFiles): Readonly<Record<string, YamlValue>> {
  return {
    ...{ dataset_name: folder, dataset_train_split: 'train' },
    // Never the test split: it says afterwards how good the model is.
    ...(validation === undefined ? {} : { dataset_test_split: 'validation' }),
  }
}

function defaultsOf(
  stage: TrlStage,
  { manifest, validation }: DatasetFiles,
  completion: boolean,
): Readonly<Record<string, YamlValue>> & {
  readonly eval_strategy: YamlValue
  readonly logging_steps: YamlValue
} {
  const common = {
    logging_steps: LOGGING_STEPS,
    // Otherwise a loss that is no number is shown as the last one that was.
    logging_nan_inf_filter: false,
    report_to: 'none',
    save_total_limit: 1,
  }
  const evaluated = validation === undefined ? 'no' : 'epoch'
  switch (stage) {
    case 'sft':
      // A row of `completion` says itself what is learnt.
      return { ...common, eval_strategy: evaluated, ...(completion ? {} : { assistant_only_loss: true }) }
    case 'rm':
      // More than one epoch overfits (InstructGPT).
      return { ...common, eval_strategy: evaluated, num_train_epochs: 1, center_rewards_coefficient: 0.01 }
    case 'dpo':
      return { ...common, eval_strategy: evaluated, num_train_epochs: 1, beta: 0.1 }
    case 'kto': {
      const { desirable_weight = 1, undesirable_weight = 1 } = manifest.stats.kto ?? {}
      return {
        ...common,
        eval_strategy: evaluated,
        num_train_epochs: 1,
        desirable_weight,
        undesirable_weight,
      }
    }
    case 'rloo':
      // Answers to validation prompts cost as much as those to learn from.
      return { ...common, eval_strategy: 'no', beta: 0.05, num_generations: 4 }
  }
}

interface Reward {
  readonly values: Readonly<Record<string, YamlValue>>
  readonly env: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
}

const NO_REWARD: Reward = { values: {}, env: {}, files: {}, secrets: [] }

/** Parley's service by way of a function that lies in the run directory, or a model that TRL loads itself. */
async function rewardOf(spec: JobSpec, env: NodeJS.ProcessEnv): Promise<Reward> {
  if (spec.reward !== undefined && !isAddress(spec.reward)) {
    const model = await modelNamed(spec.reward, '--reward', 'reward-model')
    return { ...NO_REWARD, values: { reward_model_name_or_path: model } }
  }
  const { origin, token } = rewardAddress(spec, env)
  return {
    values: { reward_funcs: ['parley_reward.reward'] },
    env: { PARLEY_REWARD_URL: origin, [TOKEN_NAME]: token },
    files: { [REWARD_FILE]: await readFile(REWARD_FUNCTION, 'utf8') },
    secrets: [token],
  }
}

const withEnv = (env: Readonly<Record<string, string>>) => (Object.keys(env).length === 0 ? {} : { env })
