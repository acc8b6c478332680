import { parseArgs } from 'node:util'
import { RUNS_USAGE } from './open-jobs.ts'

export const RM_TRAIN_USAGE = `  rm train --dataset <directory>    a reward model on embeddings, from rankings
    --embed <model>        text-embedding-3-small when left out; an address and a model like
                           http://127.0.0.1:11434/v1/nomic-embed-text; a .gguf file; or
                           hashed-words, which needs nothing and knows little
    --dimensions <n>       of the embeddings; 256 of text-embedding-3-*, else the model's own
    --heads <n>            in the ensemble; 4 when left out
    --seed <number>        1 when left out; the same seed makes the same draws
    --detach               begins it and does not follow
    --json                 one JSON object a line
${RUNS_USAGE}`

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const OPTIONS = {
  ...{ dataset: text, embed: text, dimensions: text, heads: text, seed: text, runs: text },
  ...{ detach: flag, json: flag },
} as const

/** `parley learn rm train`: `parley learn train rm --engine head`, with names for its settings. */
export async function rmTrain(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const { dataset, embed, dimensions, heads, seed, runs } = values
  if (dataset === undefined) return undefined
  const { train } = await import('./learn-train.ts')
  const settings = Object.entries({ embed, dimensions, heads }).flatMap(([name, value]) =>
    value === undefined ? [] : ['--set', `${name}=${value}`],
  )
  const others = Object.entries({ seed, runs }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  )
  const flags = [...(values.detach ? ['--detach'] : []), ...(values.json ? ['--json'] : [])]
  return await train(['rm', '--engine', 'head', '--dataset', dataset, ...settings, ...others, ...flags], env)
}
