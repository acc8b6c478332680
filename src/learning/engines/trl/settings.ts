/**
 * What TRL 1.10 takes, by its own names, as far as Parley hands it on. TRL passes over names that it does not know, so
 * a misspelt one would train with the default in silence: here it is refused. Left out on purpose is everything about
 * the dataset (`test_split_size` splits by row, and rows of one conversation would be on both sides) and everything
 * that sends something away (`push_to_hub`, `report_to`).
 */
import * as z from 'zod'
import type { Stage } from '#core/learning/engine.ts'
import { processSettings } from '#core/learning/engines/settings.ts'

const count = z.int().nonnegative()
const number = z.number()
const flag = z.boolean()
const text = z.string()

/** transformers' `TrainingArguments`, and TRL's `ModelConfig`. */
const common = {
  learning_rate: number.positive().optional(),
  num_train_epochs: number.positive().optional(),
  max_steps: z.int().optional(),
  per_device_train_batch_size: count.optional(),
  per_device_eval_batch_size: count.optional(),
  gradient_accumulation_steps: count.optional(),
  gradient_checkpointing: flag.optional(),
  warmup_steps: number.optional(),
  warmup_ratio: number.optional(),
  lr_scheduler_type: text.optional(),
  weight_decay: number.optional(),
  max_grad_norm: number.optional(),
  optim: text.optional(),
  logging_steps: z.int().positive().optional(),
  eval_strategy: z.enum(['no', 'steps', 'epoch']).optional(),
  eval_steps: count.optional(),
  save_strategy: z.enum(['no', 'steps', 'epoch']).optional(),
  save_steps: count.optional(),
  save_total_limit: count.optional(),
  bf16: flag.optional(),
  fp16: flag.optional(),
  use_liger_kernel: flag.optional(),
  dataloader_num_workers: count.optional(),
  dataset_num_proc: count.optional(),
  dtype: text.optional(),
  attn_implementation: text.optional(),
  model_revision: text.optional(),
  trust_remote_code: flag.optional(),
  use_peft: flag.optional(),
  lora_r: count.optional(),
  lora_alpha: count.optional(),
  lora_dropout: number.optional(),
  lora_target_modules: z.array(text).optional(),
  load_in_4bit: flag.optional(),
  load_in_8bit: flag.optional(),
}

const launch = { num_processes: z.int().positive().optional(), accelerate_config: text.optional() }
/** The kind of rows for SFT. In `completion` only the last answer is learnt. */
const rows = { rows: z.enum(['sft', 'completion']).optional() }

/** What does not go into TRL's configuration. */
export const parleySettings = z.object({ ...processSettings, ...launch, ...rows })

const lengths = { max_length: count.optional() }

const own = {
  sft: {
    ...lengths,
    packing: flag.optional(),
    assistant_only_loss: flag.optional(),
    eos_token: text.optional(),
    chat_template_path: text.optional(),
    ...rows,
  },
  rm: { ...lengths, center_rewards_coefficient: number.optional() },
  dpo: {
    ...lengths,
    beta: number.optional(),
    loss_type: text.optional(),
    label_smoothing: number.optional(),
    precompute_ref_log_probs: flag.optional(),
  },
  kto: {
    ...lengths,
    beta: number.optional(),
    loss_type: text.optional(),
    desirable_weight: number.optional(),
    undesirable_weight: number.optional(),
  },
  rloo: {
    beta: number.optional(),
    epsilon: number.optional(),
    num_generations: z.int().min(2).optional(),
    num_iterations: z.int().positive().optional(),
    steps_per_generation: z.int().positive().optional(),
    max_completion_length: count.optional(),
    temperature: number.optional(),
    top_p: number.optional(),
    normalize_advantages: flag.optional(),
    use_vllm: flag.optional(),
    vllm_mode: z.enum(['server', 'colocate']).optional(),
    vllm_gpu_memory_utilization: number.optional(),
  },
} satisfies Partial<Record<Stage, z.ZodRawShape>>

export type TrlStage = keyof typeof own
export const TRL_STAGES: readonly TrlStage[] = ['sft', 'rm', 'dpo', 'kto', 'rloo']

export const trlSettings: Readonly<Record<TrlStage, z.ZodObject>> = {
  sft: z.strictObject({ ...processSettings, ...launch, ...common, ...own.sft }),
  rm: z.strictObject({ ...processSettings, ...launch, ...common, ...own.rm }),
  dpo: z.strictObject({ ...processSettings, ...launch, ...common, ...own.dpo }),
  kto: z.strictObject({ ...processSettings, ...launch, ...common, ...own.kto }),
  rloo: z.strictObject({ ...processSettings, ...launch, ...common, ...own.rloo }),
}
