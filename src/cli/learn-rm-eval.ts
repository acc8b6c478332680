import { parseArgs } from 'node:util'
import { RUNS_USAGE } from './open-jobs.ts'
import { rewardNamed } from './reward-named.ts'

export const RM_EVAL_USAGE = `  rm eval --model <model> --dataset <directory>
                           how often it agrees with people it has not learned from
    --embed <model>        another address of the same embeddings
    --json
  rm calibrate --model <model> --dataset <directory> --out <directory>
                           the same model with its scores set off against these demonstrations,
                           and its chances against these rankings
    --embed <model>        another address of the same embeddings
    --json
${RUNS_USAGE}`

const text = { type: 'string' } as const
const OPTIONS = {
  ...{ model: text, dataset: text, embed: text, out: text, runs: text },
  json: { type: 'boolean', default: false },
} as const

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS }).values

/** `parley learn rm eval`. @throws LearningError */
export async function rmEval(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const { model, dataset, embed, json, out, runs } = parse(args)
  if (model === undefined || dataset === undefined || out !== undefined) return undefined
  const { examineHead } = await import('#core/learning/reward/head/examine.ts')
  const given = await open({ model: await rewardNamed(model, runs), dataset, embed }, env)
  const metrics = await examineHead(given)
  const { head } = given
  const { describeExamined } = await import('#core/learning/reward/head/describe.ts')
  process.stdout.write(
    json
      ? `${JSON.stringify({ model: head.id, ...metrics })}\n`
      : `${describeExamined(head, metrics).join('\n')}\n`,
  )
  return 0
}

/** `parley learn rm calibrate`. @throws LearningError */
export async function rmCalibrate(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number | undefined> {
  const { model, dataset, embed, out, json, runs } = parse(args)
  if (model === undefined || dataset === undefined || out === undefined) return undefined
  const [{ recalibrateHead }, { writeHead }, { mkdir }] = await Promise.all([
    import('#core/learning/reward/head/examine.ts'),
    import('#core/learning/reward/head/file.ts'),
    import('node:fs/promises'),
  ])
  const head = await recalibrateHead(
    await open({ model: await rewardNamed(model, runs), dataset, embed }, env),
  )
  await mkdir(out, { recursive: true })
  const path = await writeHead(out, head)
  process.stdout.write(
    json
      ? `${JSON.stringify({ model: head.id, path, slope: head.slope, metrics: head.metrics })}\n`
      : `Reward model ${head.id} is in ${path}.\n`,
  )
  return 0
}

async function open(
  {
    model,
    dataset,
    embed,
  }: { readonly model: string; readonly dataset: string; readonly embed: string | undefined },
  env: NodeJS.ProcessEnv,
) {
  const [{ readHead }, { openTrainingEmbedder }] = await Promise.all([
    import('#core/learning/reward/head/file.ts'),
    import('#core/learning/reward/head/engine.ts'),
  ])
  const { signal } = new AbortController()
  const head = await readHead(model)
  const { from, dimensions } = head.embedding
  return {
    ...{ head, dataset, signal },
    embedder: await openTrainingEmbedder({ embed: embed ?? from, dimensions }, signal, { env }),
  }
}
