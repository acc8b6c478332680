import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '#core/clock.ts'
import { readManifest } from '#core/learning/dataset/verify.ts'
import { LearningError, type Stage, stageSchema } from '#core/learning/engine.ts'
import { rewardAccuracyOf } from '#core/learning/evaluation/reward-accuracy.ts'
import { iterate } from '#core/learning/iterate/iterate.ts'
import { StateFile } from '#core/learning/iterate/state.ts'
import { learnedFrom } from '#core/learning/registry/lineage.ts'
import { dataset } from './learn-dataset.ts'
import { settingsOf } from './learn-train.ts'
import { openJobs } from './open-jobs.ts'
import { withRegistry } from './open-registry.ts'

const USUAL_ROUNDS = 2
/** Below about so many ranked prompts a reward model says little (docs/learning.md). */
const USUAL_RANKINGS = 200
const USUAL_FOLDER = 'data/iterations'
const NOT_UNDERSTOOD = 2

export const ITERATE_USAGE = `  iterate --engine <name> --sft <model>   round after round with people: rankings, reward model, policy
    --rounds <n>           ${USUAL_ROUNDS} when left out
    --rankings <n>         new rankings that a round waits for; ${USUAL_RANKINGS} when left out
    --name <name>          of these rounds; they go on where they were
    --iterations <folder>  where rounds are kept; ${USUAL_FOLDER} when left out
    --per-person <n>       rankings of one person that count; 200 when left out, as for "dataset build"
    --set <stage>.<key>=<value>   a setting of the engine, such as ppo.beta=0.1; as often as needed
    --seed <n>             1 when left out
  iterate --rounds <n>     the same on the planted truth, without people; takes what simulate takes
`

const text = { type: 'string' } as const
const OPTIONS = {
  ...{ engine: text, sft: text, rounds: text, rankings: text, name: text, seed: text },
  ...{ runs: text, iterations: text },
  'per-person': text,
  set: { type: 'string', multiple: true, default: [] as string[] },
} as const

type Settings = Readonly<Record<string, unknown>>

/** Of rounds, which have a folder of their own, and of the models that come of them. */
const NAME = /^[a-z\d][\w.-]{0,63}$/i

/** With \`--sft\` people rank; without, the planted world does. @throws LearningError, DatasetError */
export async function iterateVerb(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (!args.some((each) => each === '--sft' || each.startsWith('--sft='))) {
    const { iterateVerb: simulated } = await import('./learn-simulate.ts')
    return await simulated(args)
  }
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const { sft } = values
  if (values.engine === undefined || sft === undefined) {
    process.stderr.write(`--engine is missing.\n\nUsage: parley learn <what>\n${ITERATE_USAGE}`)
    return NOT_UNDERSTOOD
  }
  const [rounds, rankings] = [
    whole('--rounds', values.rounds, USUAL_ROUNDS),
    whole('--rankings', values.rankings, USUAL_RANKINGS),
  ]
  const seed = whole('--seed', values.seed, 1)
  const settings = settingsOf(values.set)
  const nobodys = Object.keys(settings).find((key) => !stageSchema.safeParse(key.split('.')[0]).success)
  if (nobodys !== undefined)
    throw new LearningError(
      `--set ${nobodys} names no stage. Use --set ppo.${nobodys}=… or --set rm.${nobodys}=….`,
    )
  const { jobs, engines } = await openJobs(values.runs, env, systemClock)
  const engine = await engines.named(values.engine)
  const name = values.name ?? engine.name
  if (!NAME.test(name))
    throw new LearningError(
      `--name is ${JSON.stringify(name)}; it names a folder and models, so use letters, digits, dots, dashes and underscores, and begin with a letter or a digit.`,
    )
  const folder = join(values.iterations ?? USUAL_FOLDER, name)
  const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`)
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort(new Error('Stopped.')))
  await iterate(
    { engine: engine.name, sft, rounds, rankings, seed },
    {
      ...{ folder, say, state: new StateFile(folder) },
      build: async (out, parent) => {
        // Rankings also for an engine that learns from pairs alone: they are what a round waits for.
        const kinds = engine.name === 'openai-compatible' ? 'rank,dpo-openai' : 'sft,pref,rank,prompts'
        const options = [
          ...(parent === undefined ? [] : ['--parent', parent]),
          ...(values['per-person'] === undefined ? [] : ['--per-person', values['per-person']]),
        ]
        const code = await dataset(['build', '--out', out, '--kinds', kinds, ...options], env)
        if (code !== 0) throw new LearningError(`${out} could not be built.`)
        const { files } = await readManifest(out)
        return files.filter(({ path }) => path.startsWith('rank/')).reduce((sum, { rows }) => sum + rows, 0)
      },
      begin: async ({ stage, dataset, base, reward, seed }) => {
        const run = await jobs.create({
          ...{ engine: engine.name, stage, dataset, base, reward, seed },
          settings: ofStage(stage, settings),
        })
        try {
          await engine.submit(run)
        } catch (error) {
          await jobs.forget(run)
          throw error
        }
        return (await run.spec()).id
      },
      finish: async (id) => {
        const run = await jobs.find(id)
        if ((await engine.status(run)).state === 'lost') await engine.submit(run)
        for await (const event of engine.events(run, stopping.signal))
          if (event.type === 'status' && event.status.reason !== undefined) say(event.status.reason)
        return await engine.status(run)
      },
      collect: async (id) => engine.collect(await jobs.find(id)),
      register: ({ nth, reward }, artifact) =>
        withRegistry(env, async ({ registry }) => {
          const id = `${name}-${nth}`
          const policy = await jobs.find(artifact.job)
          const spec = await policy.spec()
          const accuracy = spec.reward === undefined ? undefined : await rewardAccuracyOf(spec.reward)
          await registry.add({
            ...{ schema: 1, id, stage: spec.stage, artifact, base: sft },
            datasets: await learnedFrom([policy.path, sft], await registry.all()),
            ...(reward === undefined ? {} : { rewardModel: reward }),
            ...(accuracy === undefined ? {} : { reward: accuracy }),
            ...{ iteration: nth, createdAt: systemClock.now() },
          })
          return id
        }),
    },
  )
  return 0
}

/** What is said of one stage, by the engine's own names. */
const ofStage = (stage: Stage, settings: Settings): Settings =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) =>
      key.startsWith(`${stage}.`) ? [[key.slice(stage.length + 1), value]] : [],
    ),
  )

function whole(key: string, given: string | undefined, usual: number): number {
  const value = given === undefined ? usual : Number(given)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new LearningError(`${key} is "${given}"; expected a whole number from 1. Use ${key} ${usual}.`)
}
