import { Network } from './network.ts'
import { loadNumerics } from './numerics.ts'
import { createPolicy, divergenceOf } from './policy.ts'
import { trainPpo } from './ppo.ts'
import { rewardScorer, trainReward } from './reward.ts'
import { trainSft } from './sft.ts'
import { BYTE_CONFIG, type ModelConfig, type Trainer } from './trainer.ts'

/** Loads the numerics: for a process that does nothing else (trainer.ts). */
export async function openTrainer(): Promise<Trainer> {
  const numerics = await loadNumerics()
  const networks = new Map<string, Network>()
  const of = (config: ModelConfig): Network => {
    const key = JSON.stringify(config)
    const network = networks.get(key) ?? new Network(numerics, config)
    networks.set(key, network)
    return network
  }
  return {
    sft: (options, hooks) =>
      trainSft(of(options.base?.config ?? options.config ?? BYTE_CONFIG), options, hooks),
    reward: (options, hooks) => trainReward(of(options.base.config), options, hooks),
    ppo: (options, hooks) => trainPpo(of(options.base.config), options, hooks),
    policy: (model, batch) => createPolicy(of(model.config), model, batch),
    divergence: (model, reference, prompts, options) =>
      divergenceOf(of(model.config), model, reference, prompts, options),
    scorer: (model) => rewardScorer(of(model.config), model),
  }
}
