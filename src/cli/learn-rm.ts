import { RM_EVAL_USAGE } from './learn-rm-eval.ts'
import { RM_SERVE_USAGE } from './learn-rm-serve.ts'
import { RM_TRAIN_USAGE } from './learn-rm-train.ts'

export const RM_USAGE = `${RM_TRAIN_USAGE}${RM_EVAL_USAGE}${RM_SERVE_USAGE}`
const NOT_UNDERSTOOD = 2

type Verb = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number | undefined>

/** A verb of `parley learn rm` gives undefined when it does not understand its arguments. */
const VERBS = new Map<string, () => Promise<Verb>>([
  ['train', async () => (await import('./learn-rm-train.ts')).rmTrain],
  ['eval', async () => (await import('./learn-rm-eval.ts')).rmEval],
  ['calibrate', async () => (await import('./learn-rm-eval.ts')).rmCalibrate],
  ['serve', async () => (await import('./learn-rm-serve.ts')).rmServe],
])

/** `parley learn rm …`: the reward model on embeddings. @throws LearningError, DatasetError, ConfigError */
export async function rm(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [what = '', ...rest] = args
  const verb = await VERBS.get(what)?.()
  const code = await verb?.(rest, env)
  if (code !== undefined) return code
  process.stderr.write(`Usage: parley learn <what>\n${RM_USAGE}`)
  return NOT_UNDERSTOOD
}
