import type { Clock } from '#core/clock.ts'
import { type EngineName, engineNames, LearningError, type TrainEngine } from '#core/learning/engine.ts'
import type { RunDirectory } from './run-directory.ts'

export interface EngineDeps {
  readonly clock: Clock
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof fetch
}

export type Engine = TrainEngine<RunDirectory>
type Load = (deps: EngineDeps) => Promise<Engine>

/** Every engine there is, loaded when it is asked for. A new one is one line here. */
const ENGINES: { readonly [Name in EngineName]?: Load } = {
  local: async (deps) => (await import('./local-engine.ts')).createLocalEngine(deps),
  head: async (deps) => (await import('#core/learning/reward/head/engine.ts')).createHeadEngine(deps),
  trl: async (deps) => (await import('#core/learning/engines/trl/trl.ts')).createTrl(deps),
  openrlhf: async (deps) =>
    (await import('#core/learning/engines/openrlhf/openrlhf.ts')).createOpenRlhf(deps),
  'openai-compatible': async (deps) =>
    (await import('#core/learning/engines/openai-compatible/openai-compatible.ts')).createOpenAICompatible(
      deps,
    ),
}

export interface Engines {
  readonly names: readonly EngineName[]
  /** @throws LearningError when there is none of this name. */
  named(name: string): Promise<Engine>
}

export function createEngines(deps: EngineDeps): Engines {
  const names = engineNames.filter((name) => ENGINES[name] !== undefined)
  return {
    names,
    named: async (name) => {
      const known = names.find((each) => each === name)
      const load = known === undefined ? undefined : ENGINES[known]
      if (load !== undefined) return await load(deps)
      throw new LearningError(`There is no engine "${name}". Use --engine with one of ${names.join(', ')}.`)
    },
  }
}
