import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { LearningError } from '#core/learning/engine.ts'
import { ModelError } from '#core/model/error.ts'
import { modelFailed } from './model-failed.ts'

type Verb = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>

/** Loaded when called: each file has the verb and its usage text, and loads what is heavy when it is used. */
const VERBS = new Map<string, () => Promise<{ readonly verb: Verb; readonly usage: string }>>([
  [
    'dataset',
    () => import('./learn-dataset.ts').then(({ dataset: verb, DATASET_USAGE: usage }) => ({ verb, usage })),
  ],
  [
    'train',
    () => import('./learn-train.ts').then(({ train: verb, TRAIN_USAGE: usage }) => ({ verb, usage })),
  ],
  [
    'serve-policy',
    () =>
      import('./learn-serve-policy.ts').then(({ servePolicyVerb: verb, SERVE_POLICY_USAGE: usage }) => ({
        verb,
        usage,
      })),
  ],
  ['rm', () => import('./learn-rm.ts').then(({ rm: verb, RM_USAGE: usage }) => ({ verb, usage }))],
  ['bon', () => import('./learn-bon.ts').then(({ bon: verb, BON_USAGE: usage }) => ({ verb, usage }))],
  ['job', () => import('./learn-job.ts').then(({ job: verb, JOB_USAGE: usage }) => ({ verb, usage }))],
  [
    'simulate',
    () =>
      import('./learn-simulate.ts').then(({ simulateVerb: verb, SIMULATE_USAGE: usage }) => ({
        verb,
        usage,
      })),
  ],
  [
    'iterate',
    () =>
      import('./learn-iterate.ts').then(({ iterateVerb: verb, ITERATE_USAGE: usage }) => ({ verb, usage })),
  ],
  [
    'model',
    () => import('./learn-model.ts').then(({ model: verb, MODEL_USAGE: usage }) => ({ verb, usage })),
  ],
  [
    'eval',
    () => import('./learn-eval.ts').then(({ evaluate: verb, EVAL_USAGE: usage }) => ({ verb, usage })),
  ],
])
const NOT_UNDERSTOOD = 2

/** Of the verb that is named among `args`; of all when none is. */
export async function learnUsage(args: readonly string[]): Promise<string> {
  const what = args.find((each) => VERBS.has(each))
  const loads = [...VERBS].flatMap(([name, load]) => (what === undefined || name === what ? [load] : []))
  const verbs = await Promise.all(loads.map((load) => load()))
  return `Usage: parley learn <what>\n${verbs.map(({ usage }) => usage).join('\n')}`
}

/** `parley learn …`: from what people gave to a better model. */
export async function learn(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [what, ...rest] = args
  const load = VERBS.get(what ?? '')
  if (load === undefined) {
    const all = [...VERBS.keys()].join(', ')
    process.stderr.write(
      what === undefined
        ? await learnUsage([])
        : `parley learn has no "${what}". It has ${all}. "parley learn --help" says what they do.\n`,
    )
    return NOT_UNDERSTOOD
  }
  try {
    return await (await load()).verb(rest, env)
  } catch (error) {
    // Whoever runs the command can mend it: the sentence helps, a stack trace would not.
    const isTheirs = error instanceof DatasetError || error instanceof LearningError
    const sentence = isTheirs ? error.message : error instanceof ModelError ? modelFailed(error) : undefined
    if (sentence === undefined) throw error
    process.stderr.write(`${sentence}\n`)
    return 1
  }
}
