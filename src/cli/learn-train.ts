import { parseArgs } from 'node:util'
import { systemClock } from '#core/clock.ts'
import { ConfigError } from '#core/errors.ts'
import { engineNames, type Stage, stageSchema } from '#core/learning/engine.ts'
import { USUAL_RUNS } from '#core/learning/jobs/place.ts'
import { commandIn, openJobs, RUNS_USAGE } from './open-jobs.ts'

export const TRAIN_USAGE = `  train ${stageSchema.options.join('|')}    begins a job and follows it
    --engine <name>        ${engineNames.join(', ')}
    --dataset <directory>  as "learn dataset build" makes it
    --base <model>         what training begins from: a job's id, a folder, or the engine's own name
    --reward <model>       what it is trained against: as --base, or the address of a reward service
    --seed <number>        1 when left out; the same seed makes the same draws
    --set <key>=<value>    a setting of the engine; as often as needed
    --detach               begins it and does not follow
    --json                 one JSON object a line
${RUNS_USAGE}`
const NOT_UNDERSTOOD = 2
const NAME_A_STAGE = `Name a stage: ${stageSchema.options.join(', ')}`

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const OPTIONS = {
  ...{ engine: text, dataset: text, base: text, reward: text, seed: text, runs: text },
  set: { type: 'string', multiple: true, default: [] as string[] },
  ...{ detach: flag, json: flag },
} as const

/** `parley learn train <stage> …`. @throws LearningError, DatasetError, ConfigError */
export async function train(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  const { data: stage } = stageSchema.safeParse(positionals[0])
  if (
    stage === undefined ||
    positionals.length > 1 ||
    values.engine === undefined ||
    values.dataset === undefined
  ) {
    const missing = [...(values.engine ? [] : ['--engine']), ...(values.dataset ? [] : ['--dataset'])]
    const why = stage === undefined ? `${NAME_A_STAGE}.` : `Missing: ${missing.join(' and ')}.`
    process.stderr.write(
      `${positionals.length > 1 ? 'One stage at a time.' : why}\n\nUsage: parley learn <what>\n${TRAIN_USAGE}`,
    )
    return NOT_UNDERSTOOD
  }
  return await begin(stage, { ...values, engine: values.engine, dataset: values.dataset }, env)
}

interface Asked {
  readonly engine: string
  readonly dataset: string
  readonly base?: string | undefined
  readonly reward?: string | undefined
  readonly seed?: string | undefined
  readonly runs?: string | undefined
  readonly set: readonly string[]
  readonly detach: boolean
  readonly json: boolean
}

async function begin(stage: Stage, asked: Asked, env: NodeJS.ProcessEnv): Promise<number> {
  const { dataset, base, reward, detach, json } = asked
  const { jobs, engines } = await openJobs(asked.runs, env, systemClock)
  const engine = await engines.named(asked.engine)
  const [seed, settings] = [seedOf(asked.seed), settingsOf(asked.set)]
  const run = await jobs.create({ engine: engine.name, stage, dataset, base, reward, seed, settings })
  try {
    await engine.submit(run)
  } catch (error) {
    await jobs.forget(run) // what was refused leaves nothing behind
    throw error
  }
  const { id } = await run.spec()
  const command = commandIn(asked.runs)
  if (json) process.stdout.write(`${JSON.stringify({ type: 'job', id, runs: asked.runs ?? USUAL_RUNS })}\n`)
  else process.stdout.write(`Job ${id} is under way. ${command('logs', `${id} --follow`)} shows it.\n`)
  if (detach) return 0
  const { followJob, viewFor } = await import('./follow-job.ts')
  return await followJob(run, engine, viewFor(json), command)
}

function seedOf(given: string | undefined): number {
  const seed = Number(given ?? 1)
  if (Number.isSafeInteger(seed) && given !== '') return seed
  throw new ConfigError('--seed', { got: given, expected: 'a whole number', fix: 'Use --seed 1.' })
}

/** Numbers, true and false, and lists are what they look like; everything else is text. */
export function settingsOf(given: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    given.map((each) => {
      const [, key, value] = /^([\w.-]+)=(.*)$/su.exec(each) ?? []
      if (key === undefined || value === undefined)
        throw new ConfigError('--set', {
          got: each,
          expected: 'key=value',
          fix: 'Use --set learningRate=0.001, for example.',
        })
      return [key, typed(value)]
    }),
  )
}

function typed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
