import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Config } from '#config/config.ts'
import { systemClock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { datasetsWith } from '#core/learning/dataset/holders.ts'
import { readManifest } from '#core/learning/dataset/verify.ts'
import { LearningError } from '#core/learning/engine.ts'
import { rewardAccuracyOf } from '#core/learning/evaluation/reward-accuracy.ts'
import { drawnSamples } from '#core/learning/jobs/drawn-samples.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { modelCard } from '#core/learning/registry/card.ts'
import { learnedFrom } from '#core/learning/registry/lineage.ts'
import { type Pointer, stateOf } from '#core/learning/registry/pointer.ts'
import type { ModelRecord } from '#core/learning/registry/record.ts'
import type { Registry } from '#core/learning/registry/registry.ts'
import { WEIGHTS } from '#core/learning/rollout/arm.ts'
import { Exposures } from '#core/learning/rollout/exposures.ts'
import { SHADOW, shadowOf } from '#core/learning/rollout/rollout.ts'
import { chooseModel } from '#core/model/choose.ts'
import { ModelError } from '#core/model/error.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { Store } from '#core/store/store.ts'
import { type OpenJobs, openJobs } from './open-jobs.ts'
import { type OpenRegistry, withRegistry } from './open-registry.ts'
import { readPerson } from './person.ts'

export const MODEL_USAGE = `  model ls [--json]                 every model and which one answers
  model show <model> [--json]       its card: what it came from, what was measured
  model add <job> [--id name] [--served-at url --served-as name] [--reward model] [--iteration n]
  model shadow <model>|none         asked and counted beside what answers; nobody sees it
  model canary <model> [--weight ${WEIGHTS.join('|')}] [--anyway why]   answers so many of a hundred threads
  model promote <model> [--anyway why]   answers everybody
  model rollback [why]              takes the canary back, or goes back to what answered before
  model reject <model> [why]        it goes to nobody, unless somebody says why
  model saw <dataset>               its id or directory: which models learned from it
  model saw <platform:person>       which models learned from what that person said or judged
`
const NOT_UNDERSTOOD = 2

const text = { type: 'string' } as const
const OPTIONS = {
  ...{ runs: text, id: text, 'served-at': text, 'served-as': text, reward: text, iteration: text },
  ...{ weight: text, anyway: text },
  json: { type: 'boolean', default: false },
} as const

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
type Values = ReturnType<typeof parse>['values']

/** `parley learn model …`. @throws LearningError, ConfigError */
export async function model(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parse(args)
  const [verb = '', name, ...rest] = positionals
  const why = rest.join(' ')
  return withRegistry(env, async ({ registry, store, config }) => {
    switch (verb) {
      case 'ls':
        return await list(registry, values.json)
      case 'rollback':
        return say(await rollBack(registry, [name, why].filter(Boolean).join(' ')))
    }
    if (name === undefined) return notUnderstood()
    switch (verb) {
      case 'show':
        return await show(registry, store, name, values.json)
      case 'add':
        return say(await add({ registry, config }, name, values, env))
      case 'shadow':
        await registry.shadow(name === 'none' ? undefined : name)
        return say(
          name === 'none'
            ? 'No model is asked beside what answers.'
            : `${name} is asked beside what answers.`,
        )
      case 'canary': {
        const percent = weightOf(values.weight)
        await registry.canary(name, percent, values.anyway)
        return say(`${name} answers ${percent} of 100 threads, and goes back by itself when it is worse.`)
      }
      case 'promote':
        await registry.promote(name, values.anyway)
        return say(`${name} answers from now on. "parley learn model rollback" takes it back.`)
      case 'reject':
        await registry.reject(name, why || 'no reason was given')
        return say(`${name} is rejected.`)
      case 'saw':
        return await saw({ registry, store }, name, values, env)
      default:
        return notUnderstood()
    }
  })
}

function notUnderstood(): number {
  process.stderr.write(`Usage: parley learn <what>\n${MODEL_USAGE}`)
  return NOT_UNDERSTOOD
}

function say(sentence: string): number {
  process.stdout.write(`${sentence}\n`)
  return 0
}

async function list(registry: Registry, json: boolean): Promise<number> {
  const [all, pointer] = await Promise.all([registry.all(), registry.pointer()])
  for (const record of all) {
    const state = stateOf(record, pointer)
    if (json) process.stdout.write(`${JSON.stringify({ ...record, state })}\n`)
    else
      process.stdout.write(
        `${record.id.padEnd(24)}  ${record.stage.padEnd(4)}  ${state}${shareOf(record, pointer)}\n`,
      )
  }
  if (!json && pointer.production === undefined) {
    const { canary } = pointer
    const whom = canary === undefined ? '' : ` the other ${100 - canary.percent} of 100 threads`
    say(`The model of the configuration answers${whom}.`)
  }
  return 0
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

const shareOf = ({ id }: ModelRecord, { canary }: Pointer): string =>
  canary?.model === id ? ` of ${canary.percent} %` : ''

async function show(registry: Registry, store: Store, id: string, json: boolean): Promise<number> {
  const [record, pointer] = [await registry.get(id), await registry.pointer()]
  const state = stateOf(record, pointer)
  if (json) return say(JSON.stringify({ ...record, state }))
  process.stdout.write(modelCard(record, state))
  const exposures = new Exposures(store.keyv('exposures'))
  const trial = pointer.canary?.model === id ? pointer.canary : shadowOf(id)
  const arm = pointer.canary?.model === id ? id : SHADOW
  const { exposures: of, failures } = await exposures.figures(trial, arm, new Map())
  return of === 0 ? 0 : say(`As a ${state}, it was asked ${times(of)} and failed ${times(failures)}.`)
}

async function rollBack(registry: Registry, why: string): Promise<string> {
  const { canary, production } = await registry.pointer()
  const from = canary?.model ?? production
  if (from === undefined)
    throw new LearningError('The model of the configuration answers; there is nothing to take back.')
  const { production: now } = await registry.rollback(from, 'operator', why || 'no reason was given')
  return `${from} was taken back. ${now ?? 'The model of the configuration'} answers.`
}

async function add(
  { registry, config }: Pick<OpenRegistry, 'registry' | 'config'>,
  job: string,
  values: Values,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { jobs, engines } = await openJobs(values.runs, env, systemClock)
  const run = await jobs.find(job)
  const spec = await run.spec()
  const artifact = await (await engines.named(spec.engine)).collect(run)
  const { 'served-at': baseUrl, 'served-as': servedAs, reward, iteration } = values
  const id = values.id ?? spec.id
  if (id.trim() === '')
    throw new LearningError('--id is empty. Leave it out, and the model is called as its job.')
  const judge = reward === undefined ? spec.reward : await jobs.addressOf(reward)
  const accuracy = judge === undefined ? undefined : await rewardAccuracyOf(judge)
  const record: ModelRecord = {
    ...{ schema: 1, id, stage: spec.stage, createdAt: systemClock.now() },
    artifact: {
      ...artifact,
      ...(baseUrl === undefined ? {} : { served: { baseUrl: addressOf(baseUrl), model: servedAs ?? id } }),
    },
    datasets: await learnedFrom([run.path, ...(judge === undefined ? [] : [judge])], await registry.all()),
    ...(spec.base === undefined ? {} : { base: spec.base }),
    ...(reward === undefined ? {} : { rewardModel: reward }),
    ...(accuracy === undefined ? {} : { reward: accuracy }),
    ...(iteration === undefined ? {} : { iteration: roundOf(iteration) }),
  }
  await registry.add(record)
  const said = await sampled(run, record, config)
  return `${id} is registered.${said} "parley learn eval gate ${id}" says whether it may go to people.`
}

/** Where training showed nothing of what the model says, it is asked now that somebody serves it. */
async function sampled(run: RunDirectory, { artifact }: ModelRecord, { model }: Config): Promise<string> {
  const { served, kind } = artifact
  if (served === undefined || kind === 'reward-model' || !(await run.samples().next()).done) return ''
  try {
    const { baseUrl, model: name } = served
    const asked = await chooseModel({ ...model, baseUrl, models: [name] }, { clock: systemClock, fetch })
    const [last] = (await Array.fromAsync(run.metrics())).slice(-1)
    const samples = await drawnSamples(asked, await run.spec(), last?.step ?? 1)
    for (const sample of samples) await run.addSample(sample)
    return ` What it says to ${samples.length} prompts is in ${run.samplesPath}.`
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof DatasetError)) throw error
    return ` It could not be asked for samples: ${reasonOf(error)}.`
  }
}

function roundOf(given: string): number {
  const nth = Number(given)
  if (Number.isSafeInteger(nth) && nth > 0) return nth
  throw new LearningError(`--iteration is "${given}"; expected the number of a round, from 1.`)
}

/** Without this, a mistyped address is found out by the first person who gets no answer. */
function addressOf(given: string): string {
  const { protocol } = URL.parse(given) ?? {}
  if (protocol === 'http:' || protocol === 'https:') return given
  throw new LearningError(`--served-at is "${given}"; expected a base URL such as http://127.0.0.1:8000/v1.`)
}

function weightOf(given: string | undefined): number {
  const percent = given === undefined ? WEIGHTS[0] : Number(given)
  if (percent > 0 && percent <= 100) return percent
  throw new LearningError(
    `--weight is "${given}"; expected a percentage above 0 and at most 100, such as ${WEIGHTS[0]}.`,
  )
}

/** @param given a dataset's id, or its directory: who has that at hand must not be told that nobody saw it. */
async function saw(
  { registry, store }: Pick<OpenRegistry, 'registry' | 'store'>,
  given: string,
  values: Values,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const person = readPerson(given)
  if (person !== undefined) {
    const pseudonym = (await Pseudonyms.open(store.keyv('secrets'))).of(person)
    return await sawPerson(registry, { given, pseudonym }, await openJobs(values.runs, env, systemClock))
  }
  const isFolder = (await stat(given).catch(() => undefined)) !== undefined
  const dataset = isFolder ? (await readManifest(given)).id : given
  const found = await registry.thatSaw(new Set([dataset]))
  if (found.length === 0) return say(`No model learned from ${dataset}.`)
  for (const { id } of found) say(id)
  return 0
}

/** By the lineage of the datasets that jobs learned from, also after the person was erased: the pseudonym stays theirs. */
async function sawPerson(
  registry: Registry,
  { given, pseudonym }: { readonly given: string; readonly pseudonym: string },
  { jobs }: OpenJobs,
): Promise<number> {
  const datasets = await Promise.all((await jobs.all()).map(async (run) => (await run.spec()).dataset))
  const held = await datasetsWith(pseudonym, datasets)
  const found = await registry.thatSaw(held.in)
  if (found.length === 0) say(`No model is known to have learned from what ${given} said or judged.`)
  for (const { id } of found) say(id)
  for (const record of await registry.all()) {
    const gone = record.datasets.filter(({ id }) => !held.in.has(id) && !held.notIn.has(id))
    if (gone.length > 0 && !found.some(({ id }) => id === record.id))
      say(`${record.id} may have: ${gone.map(({ id }) => id).join(', ')} cannot be looked into any more.`)
  }
  return 0
}
