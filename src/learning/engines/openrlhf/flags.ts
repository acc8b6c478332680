/**
 * The flags of OpenRLHF 0.11 that Parley hands on, by their names there without the dashes. argparse refuses unknown
 * ones only once the trainer has loaded, so they are refused here. What Parley sets itself (data, places, seed, reward)
 * is not among them.
 */
import * as z from 'zod'
import { processSettings } from '#core/learning/engines/settings.ts'

const number = z.number().optional()
const text = z.string().optional()
/** A flag without a value: `false` leaves out one that Parley would set. */
const flag = z.boolean().optional()
const pair = z.tuple([z.number(), z.number()]).readonly().optional()

const common = {
  'train.batch_size': number,
  'train.micro_batch_size': number,
  'train.max_epochs': number,
  'train.dynamic_batch_enable': flag,
  'train.max_tokens_per_gpu': number,
  'data.max_len': number,
  'data.max_samples': number,
  'data.dataloader_num_workers': number,
  'data.disable_fast_tokenizer': flag,
  'ckpt.save_steps': number,
  'ckpt.max_num': number,
  'eval.steps': number,
  'logger.logging_steps': number,
  'ds.zero_stage': number,
  'ds.param_dtype': text,
  'ds.adam_offload': flag,
  'ds.overlap_comm': flag,
  'ds.tensor_parallel_size': number,
  'ds.attn_implementation': text,
  'ds.use_liger_kernel': flag,
  'ds.packing_samples': flag,
}

/** SFT and reward models: one model, flat optimiser flags. */
const single = {
  ...common,
  'model.gradient_checkpointing_enable': flag,
  'ds.lora.rank': number,
  'ds.lora.alpha': number,
  'ds.lora.dropout': number,
  'ds.load_in_4bit': flag,
  'adam.lr': number,
  'adam.weight_decay': number,
  lr_scheduler: text,
  lr_warmup_ratio: number,
  min_lr_ratio: number,
  max_norm: number,
}

const roles = ['actor', 'critic', 'ref', 'reward'] as const
const trained = ['actor', 'critic'] as const

const ppo = {
  ...common,
  ...Object.fromEntries(
    roles.flatMap((role) => [
      [`${role}.num_nodes`, number],
      [`${role}.num_gpus_per_node`, number],
    ]),
  ),
  ...Object.fromEntries(
    trained.flatMap((role) => [
      [`${role}.adam.lr`, number],
      [`${role}.lr_scheduler`, text],
      [`${role}.lr_warmup_ratio`, number],
      [`${role}.max_norm`, number],
    ]),
  ),
  'actor.gradient_checkpointing_enable': flag,
  'actor.eps_clip': number,
  'actor.dual_clip': number,
  'actor.entropy_coef': number,
  'critic.model_name_or_path': text,
  'critic.value_clip': number,
  'critic.freezing_steps': number,
  'ref.offload': flag,
  'train.num_episodes': number,
  'train.enable_ema': flag,
  'train.ema_beta': number,
  'train.async_enable': flag,
  'train.async_queue_size': number,
  'train.colocate_all': flag,
  'train.colocate_actor_ref': flag,
  'train.full_determinism_enable': flag,
  'rollout.batch_size': number,
  'rollout.micro_batch_size': number,
  'rollout.n_samples_per_prompt': number,
  'rollout.max_new_tokens': number,
  'rollout.max_tokens_per_gpu': number,
  'rollout.temperature': number,
  'rollout.top_p': number,
  'algo.advantage.estimator': z
    .enum(['gae', 'reinforce', 'rloo', 'reinforce_baseline', 'group_norm', 'dr_grpo'])
    .optional(),
  'algo.advantage.gamma': number,
  'algo.advantage.lambd': number,
  'algo.advantage.no_std_norm': flag,
  'algo.kl.init_coef': number,
  'algo.kl.target': number,
  'algo.kl.horizon': number,
  'algo.kl.estimator': z.enum(['k1', 'k2', 'k3']).optional(),
  'algo.kl.use_loss': flag,
  'algo.dynamic_filtering_enable': flag,
  'reward.normalize_enable': flag,
  'reward.clip_range': pair,
  'reward.overlong_buffer_len': number,
  'reward.overlong_penalty_factor': number,
  'reward.stop_properly_penalty_coef': number,
  'vllm.num_engines': number,
  'vllm.tensor_parallel_size': number,
  'vllm.gpu_memory_utilization': number,
  'vllm.enable_sleep': flag,
  'vllm.enforce_eager': flag,
  'vllm.enable_prefix_caching': flag,
  'vllm.sync_backend': text,
  'ds.enable_sleep': flag,
}

/** GPUs of one node: how many places each role and the sampling get, unless said one by one. */
const launch = { gpus: z.int().positive().optional() }

/** Where one machine is not enough: the job is submitted to a Ray cluster (`ray job submit`). */
const ray = {
  ray: z
    .strictObject({
      /** Of the cluster's dashboard, for example `http://10.0.0.7:8265`. */
      address: z.url({ protocol: /^https?$/ }),
      /** Handed on as it is: `working_dir`, `pip`, `env_vars`. */
      runtime_env: z.record(z.string(), z.unknown()).readonly().optional(),
    })
    .readonly()
    .optional(),
}

export const OPENRLHF_STAGES = ['sft', 'rm', 'ppo'] as const
export type OpenRlhfStage = (typeof OPENRLHF_STAGES)[number]

/** What is no flag of OpenRLHF's. */
export const parleySettings = z.object({ ...processSettings, ...launch, ...ray })

export const openRlhfSettings: Readonly<Record<OpenRlhfStage, z.ZodObject>> = {
  sft: z.strictObject({ ...processSettings, ...single, 'model.pretrain_mode_enable': flag }),
  rm: z.strictObject({
    ...{ ...processSettings, ...single, 'model.margin_loss_enable': flag },
    'model.loss_type': text,
  }),
  ppo: z.strictObject({ ...processSettings, ...launch, ...ray, ...ppo }),
}

export const flagValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.tuple([z.number(), z.number()]).readonly(),
])
export type FlagValue = z.infer<typeof flagValue>

/** `{'ds.zero_stage': 3, 'train.colocate_all': true}` -> `--ds.zero_stage 3 --train.colocate_all` */
export const wordsOfFlags = (flags: Readonly<Record<string, FlagValue>>): readonly string[] =>
  Object.entries(flags).flatMap(([name, value]) => {
    if (value === false) return []
    if (value === true) return [`--${name}`]
    return [`--${name}`, ...(typeof value === 'object' ? value.map(String) : [String(value)])]
  })
