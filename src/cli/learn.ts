import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { DATASET_USAGE, dataset } from './learn-dataset.ts'

const USAGE = `Usage: parley learn <what>\n${DATASET_USAGE}`
const NOT_UNDERSTOOD = 2

/** `parley learn …`: from what people gave to a better model. */
export async function learn(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [what, ...rest] = args
  try {
    if (what === 'dataset') return await dataset(rest, env)
  } catch (error) {
    // Whoever runs the command can mend it: the sentence helps, a stack trace would not.
    if (!(error instanceof DatasetError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 1
  }
  process.stderr.write(USAGE)
  return NOT_UNDERSTOOD
}
