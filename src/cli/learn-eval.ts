import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { systemClock } from '#core/clock.ts'
import { newestOf } from '#core/feedback/pairs.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { LearningError } from '#core/learning/engine.ts'
import { duelTask, isDuel, saidOf } from '#core/learning/evaluation/duel.ts'
import { comparisonsOf, type Evaluation, Evaluations } from '#core/learning/evaluation/evaluations.ts'
import { gate, type Verdict } from '#core/learning/evaluation/gate.ts'
import { answerOf, compare, isBad } from '#core/learning/evaluation/grader.ts'
import { SAFETY_SET } from '#core/learning/evaluation/safety-set.ts'
import { type Comparison, winRate } from '#core/learning/evaluation/win-rate.ts'
import type { ModelRecord } from '#core/learning/registry/record.ts'
import { CONFIGURED } from '#core/learning/rollout/rollout.ts'
import { chooseModel } from '#core/model/choose.ts'
import type { LanguageModel, Prompt } from '#core/model/model.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { type OpenRegistry, withRegistry } from './open-registry.ts'

export const EVAL_USAGE = `  eval winrate <model> --dataset <directory> [--n 150] [--grader model]
                           asks it and what answers now, and has people compare them blind in the trainer
                           console; a grader model does so at once
  eval safety <model> --grader model   a few requests that must be declined, and a few that must not be
  eval gate <model> [--json]        whether it may go to people, and why
`
const NOT_UNDERSTOOD = 2
/** A true win rate of 60 % shows with 80 % probability. */
const USUAL_COMPARISONS = 150

const text = { type: 'string' } as const
const OPTIONS = {
  ...{ dataset: text, n: text, grader: text },
  json: { type: 'boolean', default: false },
} as const

/** `parley learn eval …`. @throws LearningError, DatasetError, ModelError, ConfigError */
export async function evaluate(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [verb, id] = positionals
  if (id === undefined) return notUnderstood()
  return withRegistry(env, async (open) => {
    switch (verb) {
      case 'winrate':
        return await winrate(open, id, values)
      case 'safety':
        return await safety(open, id, values.grader)
      case 'gate':
        return await judge(open, id, values.json)
      default:
        return notUnderstood()
    }
  })
}

function notUnderstood(): number {
  process.stderr.write(`Usage: parley learn <what>\n${EVAL_USAGE}`)
  return NOT_UNDERSTOOD
}

const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`)

interface Sides {
  readonly candidate: { readonly arm: string; readonly model: LanguageModel }
  readonly production: { readonly arm: string; readonly model: LanguageModel }
}

/** The model and what answers people now. */
async function sidesOf({ registry, config }: OpenRegistry, id: string): Promise<Sides> {
  const pointer = await registry.pointer()
  const served = async (arm: string): Promise<LanguageModel> => {
    if (arm === CONFIGURED) return chooseModel(config.model, { clock: systemClock, fetch })
    return modelOf(await registry.get(arm))
  }
  const modelOf = async (record: ModelRecord): Promise<LanguageModel> => {
    const { served: at } = record.artifact
    if (at === undefined)
      throw new LearningError(
        `${record.id} is not served anywhere. Serve it, and register it with --served-at.`,
      )
    const { baseUrl, model } = at
    return chooseModel({ ...config.model, baseUrl, models: [model] }, { clock: systemClock, fetch })
  }
  const against = pointer.production ?? CONFIGURED
  if (against === id) throw new LearningError(`${id} is what answers already. Compare another one with it.`)
  return {
    candidate: { arm: id, model: await served(id) },
    production: { arm: against, model: await served(against) },
  }
}

async function winrate(
  open: OpenRegistry,
  id: string,
  { dataset, n, grader }: { readonly dataset?: string; readonly n?: string; readonly grader?: string },
): Promise<number> {
  if (dataset === undefined)
    throw new LearningError('--dataset is missing: the directory whose test prompts are asked.')
  const wanted = n === undefined ? USUAL_COMPARISONS : Number(n)
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new LearningError(`--n is "${n}"; expected a whole number above 0.`)
  const { store, config } = open
  const sides = await sidesOf(open, id)
  const judgeModel = grader === undefined ? undefined : await graderOf(open, grader)
  const tasks = new ComparisonTasks(store.keyv('tasks'), await Pseudonyms.open(store.keyv('secrets')))
  const signal = AbortSignal.timeout(config.model.firstByteMs * wanted)
  const counted = { candidate: 0, production: 0, tie: 0 }
  const characters = { candidate: 0, production: 0 }
  let asked = 0
  for await (const prompt of testPrompts(dataset)) {
    if (asked === wanted) break
    const [candidate, production] = await Promise.all([
      answerOf(sides.candidate.model, prompt, signal, config.model.sampling),
      answerOf(sides.production.model, prompt, signal, config.model.sampling),
    ])
    characters.candidate += candidate.text.length
    characters.production += production.text.length
    asked += 1
    if (judgeModel === undefined) {
      const duel = {
        candidate: { ...candidate, arm: sides.candidate.arm },
        production: { ...production, arm: sides.production.arm },
      }
      await tasks.put(duelTask({ ...duel, prompt, at: systemClock.now() }))
    } else
      counted[
        await compare(judgeModel, { prompt, candidate: candidate.text, production: production.text }, signal)
      ] += 1
  }
  if (asked === 0) throw new LearningError(`${dataset} has no test prompts. Build it with --kinds prompts.`)
  await new Evaluations(store.keyv('evaluations')).add(id, sides.production.arm, {
    at: systemClock.now(),
    length: { candidate: characters.candidate / asked, production: characters.production / asked },
    ...(judgeModel === undefined ? {} : { graded: { ...counted, grader: judgeModel.label } }),
  })
  say(
    judgeModel === undefined
      ? `${asked} comparisons wait in the trainer console. "parley learn eval gate ${id}" counts what people said.`
      : describe(winRate(comparisonsOf({ ...counted, grader: judgeModel.label }))),
  )
  return 0
}

async function safety(open: OpenRegistry, id: string, grader: string | undefined): Promise<number> {
  if (grader === undefined) throw new LearningError('--grader is missing: the model that judges the answers.')
  const { store, config } = open
  const sides = await sidesOf(open, id)
  const judgeModel = await graderOf(open, grader)
  const signal = AbortSignal.timeout(config.model.firstByteMs * SAFETY_SET.length)
  const bad = { candidate: 0, production: 0 }
  for (const content of SAFETY_SET) {
    const prompt: Prompt = { system: config.systemPrompt ?? '', turns: [{ role: 'user', content }] }
    for (const side of ['candidate', 'production'] as const) {
      const { text: answer } = await answerOf(sides[side].model, prompt, signal, config.model.sampling)
      if (await isBad(judgeModel, prompt, answer, signal)) bad[side] += 1
    }
  }
  const unsafe = { ...bad, of: SAFETY_SET.length, grader: judgeModel.label }
  await new Evaluations(store.keyv('evaluations')).add(id, sides.production.arm, {
    at: systemClock.now(),
    unsafe,
  })
  say(`Of ${unsafe.of} answers, ${bad.candidate} were bad; of what answers now, ${bad.production}.`)
  return 0
}

const graderOf = ({ config }: OpenRegistry, name: string): Promise<LanguageModel> =>
  chooseModel({ ...config.model, models: [name] }, { clock: systemClock, fetch })

async function judge(open: OpenRegistry, id: string, json: boolean): Promise<number> {
  const { registry, store } = open
  const record = await registry.get(id)
  const { production = CONFIGURED } = await registry.pointer()
  const found = await new Evaluations(store.keyv('evaluations')).find(id, production)
  const verdict = gate({
    wins: winRate([...(await peopleSaid(open, id, production)), ...graded(found)]),
    kl: record.stage === 'sft' ? 0 : record.artifact.metrics.kl,
    unsafe: found?.unsafe,
    length: found?.length,
    reward: record.reward,
  })
  await registry.judge(id, verdict)
  say(json ? JSON.stringify({ model: id, against: production, ...verdict }) : asText(id, verdict))
  return verdict.passed ? 0 : 1
}

const graded = (found: Evaluation | undefined): readonly Comparison[] =>
  found?.graded === undefined ? [] : comparisonsOf(found.graded)

async function peopleSaid(
  { store }: OpenRegistry,
  candidate: string,
  production: string,
): Promise<readonly Comparison[]> {
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const tasks = new Map<string, Parameters<typeof saidOf>[0]>()
  for await (const task of new ComparisonTasks(store.keyv('tasks'), pseudonyms).all())
    if (isDuel(task, candidate, production)) tasks.set(task.id, task)
  const said: Parameters<typeof saidOf>[1][] = []
  for await (const ranking of new Rankings(store.keyv('rankings'), pseudonyms).all())
    if (tasks.has(ranking.task)) said.push(ranking)
  return newestOf(said).flatMap((ranking) => {
    const task = tasks.get(ranking.task)
    return task === undefined ? [] : [saidOf(task, ranking, candidate)]
  })
}

const describe = (wins: ReturnType<typeof winRate>): string =>
  wins === undefined
    ? 'Nothing was compared.'
    : `It won ${Math.round(wins.share * 100)} % of ${wins.of}; with 95 % confidence more than ${Math.round(wins.low * 100)} %.`

const asText = (id: string, { passed, reasons, notes = [] }: Verdict): string =>
  [
    passed ? `${id} may go to people.` : `${id} may not go to people.`,
    ...reasons.map((reason) => `  ${reason.passed ? 'yes' : 'no '}  ${reason.text}`),
    ...notes.map((note) => `       ${note}`),
  ].join('\n')

const row = z.object({
  prompt: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
})

/** Those of the test split: no model has seen them (rule L1). @throws DatasetError */
async function* testPrompts(folder: string): AsyncGenerator<Prompt> {
  const { files } = await verify(folder)
  const file = files.find(({ path }) => path === 'prompts/test.jsonl')
  if (file === undefined) return
  for await (const line of createInterface({ input: createReadStream(join(folder, file.path), 'utf8') })) {
    if (line.trim() === '') continue
    const { prompt } = row.parse(JSON.parse(line))
    const turns = prompt.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }]))
    yield { system: prompt.find(({ role }) => role === 'system')?.content ?? '', turns }
  }
}
