import { join } from 'node:path'
import * as z from 'zod'
import { type JobSpec, LearningError } from '#core/learning/engine.ts'
import { type DatasetFiles, datasetFiles } from '#core/learning/engines/dataset-files.ts'
import { modelNamed } from '#core/learning/engines/model-named.ts'
import { OUTPUT, type Plan } from '#core/learning/engines/outside.ts'
import { isAddress, rewardAddress } from '#core/learning/engines/reward-address.ts'
import { settingsOf } from '#core/learning/engines/settings.ts'
import { MAX_SCORE } from '#core/learning/reward/reward-model.ts'
import {
  type FlagValue,
  flagValue,
  OPENRLHF_STAGES,
  type OpenRlhfStage,
  openRlhfSettings,
  parleySettings,
  wordsOfFlags,
} from './flags.ts'

type Flags = Readonly<Record<string, FlagValue>>

/** Where it keeps what it goes on from, within the run directory. */
const CHECKPOINTS = 'trainer-checkpoint'
/** GPUs of one node, as OpenRLHF itself supposes. */
const GPUS = 8
const KINDS = { sft: 'sft', rm: 'pref', ppo: 'prompts' } as const

/** What a run of OpenRLHF 0.11 is made of. @throws LearningError */
export async function openRlhfPlan(spec: JobSpec, run: string, env: NodeJS.ProcessEnv): Promise<Plan> {
  const stage = OPENRLHF_STAGES.find((each) => each === spec.stage)
  if (stage === undefined) {
    throw new LearningError(
      `OpenRLHF is used for ${OPENRLHF_STAGES.join(', ')} here. For ${spec.stage} use --engine trl.`,
    )
  }
  if (spec.base === undefined) {
    throw new LearningError(
      'OpenRLHF needs a model to begin from: a folder or a name on the Hugging Face Hub, with --base.',
    )
  }
  const { command, cancel_command, env: given = {}, gpus = GPUS, ray, own } = settingsFor(spec, stage)
  const base = await modelNamed(spec.base, '--base', 'policy')
  const files = await datasetFiles(spec, KINDS[stage])
  const reward = stage === 'ppo' ? await rewardOf(spec, gpus, env) : NO_REWARD
  const flags: Flags = {
    ...placesOf(run, spec),
    ...(stage === 'ppo'
      ? { ...ppoFlags(base, files, gpus, own), ...reward.flags }
      : singleFlags(stage, base, files)),
    ...own,
  }
  refuse(flags)
  const trainer = [...COMMANDS[stage], ...wordsOfFlags(flags)]
  const common = {
    ...{ env: given, files: {}, start: command, dataset: files.root, resumes: true },
    kind: stage === 'rm' ? ('reward-model' as const) : ('policy' as const),
    every: Number(flags['logger.logging_steps'] ?? 1),
    secrets: reward.secrets,
  }
  if (ray === undefined) return { ...common, command: trainer, stop: cancel_command }
  const { address, runtime_env } = ray
  const name = `parley-${spec.id}`
  const runtime = { ...runtime_env, env_vars: { ...Object(runtime_env?.env_vars), ...given } }
  return {
    ...common,
    command: [
      ...['ray', 'job', 'submit', '--address', address, '--submission-id', name],
      ...['--runtime-env-json', JSON.stringify(runtime), '--', ...trainer],
    ],
    // A cluster's job does not end with whoever submitted it, and its name is free again only when it is deleted.
    stop: cancel_command ?? ['sh', '-c', RAY_STOP, address, name],
  }
}

const RAY_STOP = 'ray job stop --address "$0" "$1"; ray job delete --address "$0" "$1"'

const COMMANDS: Readonly<Record<OpenRlhfStage, readonly string[]>> = {
  sft: ['deepspeed', '--module', 'openrlhf.cli.train_sft'],
  rm: ['deepspeed', '--module', 'openrlhf.cli.train_rm'],
  ppo: ['python3', '-m', 'openrlhf.cli.train_ppo_ray'],
}

function settingsFor(spec: JobSpec, stage: OpenRlhfStage) {
  const given = settingsOf(spec, openRlhfSettings[stage])
  const parleys = parleySettings.parse(given)
  const own = Object.entries(given).filter(([name]) => !Object.hasOwn(parleys, name))
  return { ...parleys, own: z.record(z.string(), flagValue).parse(Object.fromEntries(own)) }
}

const placesOf = (run: string, { seed }: JobSpec): Flags => ({
  'ckpt.output_dir': join(run, OUTPUT),
  'ckpt.path': join(run, CHECKPOINTS),
  // Begins afresh where there is no checkpoint yet.
  'ckpt.load_enable': true,
  'ckpt.save_steps': 50,
  'ckpt.max_num': 1,
  'logger.logging_steps': 1,
  'train.seed': seed,
})

function singleFlags(
  stage: 'sft' | 'rm',
  base: string,
  { train, trainRows, validation, manifest }: DatasetFiles,
): Flags {
  const data =
    stage === 'sft'
      ? { 'data.input_key': 'messages', 'data.apply_chat_template': true, 'data.multiturn': true }
      : {
          'data.prompt_key': 'prompt',
          'data.chosen_key': 'chosen',
          'data.rejected_key': 'rejected',
          'data.apply_chat_template': true,
          'model.margin_loss_enable': manifest.options.margin,
        }
  return {
    'model.model_name_or_path': base,
    'data.dataset': train,
    'train.batch_size': within(TRAIN_BATCH, trainRows),
    'train.micro_batch_size': 1,
    ...data,
    // A file alone is always the split "train" to it. Never the test split.
    ...(validation === undefined ? {} : { 'eval.dataset': validation, 'eval.split': 'train' }),
    // More than one epoch overfits a reward model (InstructGPT).
    ...(stage === 'rm' ? { 'train.max_epochs': 1 } : {}),
  }
}

interface Reward {
  readonly flags: Flags
  readonly secrets: readonly string[]
}

const NO_REWARD: Reward = { flags: {}, secrets: [] }

/** Parley's service, or a model that OpenRLHF loads itself; its critic then begins from that (InstructGPT). */
async function rewardOf(spec: JobSpec, gpus: number, env: NodeJS.ProcessEnv): Promise<Reward> {
  if (spec.reward !== undefined && !isAddress(spec.reward)) {
    const model = await modelNamed(spec.reward, '--reward', 'reward-model')
    const places = { 'reward.num_nodes': 1, 'reward.num_gpus_per_node': gpus }
    return { flags: { 'reward.model_name_or_path': model, ...places }, secrets: [] }
  }
  const { origin, token } = rewardAddress(spec, env)
  if (origin.includes(',')) {
    throw new LearningError(
      'OpenRLHF takes a comma for the end of an address. Give the reward service one without.',
    )
  }
  const coded = encodeURIComponent(token)
  // It sends no headers of ours, so the token stands in the address.
  return {
    flags: { 'reward.remote_url': `${origin}/get_reward?k=${coded}` },
    secrets: [token, coded],
  }
}

/** What it would find out itself, once every model is loaded. */
function refuse(flags: Flags): void {
  const estimator = flags['algo.advantage.estimator']
  const grouped = ['rloo', 'reinforce_baseline', 'group_norm'].some((each) => each === estimator)
  if (!grouped || Number(flags['rollout.n_samples_per_prompt'] ?? 1) > 1) return
  throw new LearningError(
    `The estimator ${estimator} compares answers to one prompt. Set "rollout.n_samples_per_prompt" to 2 or more.`,
  )
}

/** Batches of InstructGPT; never larger than the data, of which OpenRLHF would then train on nothing and say so nowhere. */
const ROLLOUT_BATCH = 512
const TRAIN_BATCH = 64

const within = (most: number, rows: number): number => Math.min(most, 2 ** Math.floor(Math.log2(rows)))

function ppoFlags(base: string, { train, trainRows }: DatasetFiles, gpus: number, own: Flags): Flags {
  return {
    'actor.model_name_or_path': base,
    'data.prompt_dataset': train,
    'data.input_key': 'prompt',
    'data.label_key': 'label',
    'data.apply_chat_template': true,
    'algo.advantage.estimator': 'gae',
    // 0.01 to 0.02 was best (InstructGPT).
    'algo.kl.init_coef': 0.02,
    'reward.clip_range': [-MAX_SCORE, MAX_SCORE],
    'rollout.batch_size': Math.max(gpus, within(ROLLOUT_BATCH, trainRows)),
    'train.batch_size': Math.max(gpus, within(TRAIN_BATCH, trainRows)),
    'train.colocate_all': true,
    ...Object.fromEntries(
      ['actor', 'critic', 'ref'].flatMap((role) => [
        [`${role}.num_nodes`, 1],
        [`${role}.num_gpus_per_node`, gpus],
      ]),
    ),
    'vllm.num_engines': gpus,
    'vllm.tensor_parallel_size': 1,
    'vllm.gpu_memory_utilization': 0.5,
    // Sampling never rests while training goes on beside it.
    'vllm.enable_sleep': own['train.async_enable'] !== true,
    'ds.enable_sleep': true,
    'ds.zero_stage': 3,
    'actor.gradient_checkpointing_enable': true,
  }
}
