import { loadNumerics } from './numerics.ts'
import { createPolicy, divergenceOf } from './policy.ts'
import { trainPpo } from './ppo.ts'
import { rewardScorer, trainReward } from './reward.ts'
import { trainSft } from './sft.ts'
import type { Trainer } from './trainer.ts'

/** Loads the numerics: for a process that does nothing else (trainer.ts). */
export async function openTrainer(): Promise<Trainer> {
  const numerics = await loadNumerics()
  return {
    sft: (options, hooks) => trainSft(numerics, options, hooks),
    reward: (options, hooks) => trainReward(numerics, options, hooks),
    ppo: (options, hooks) => trainPpo(numerics, options, hooks),
    policy: (model, batch) => createPolicy(numerics, model, batch),
    divergence: (model, reference, prompts, options) =>
      divergenceOf(numerics, model, reference, prompts, options),
    scorer: (model) => rewardScorer(numerics, model),
  }
}
