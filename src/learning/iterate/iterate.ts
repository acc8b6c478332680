/**
 * Round after round with people, as the announcement describes: replies of the policy that answers now are drawn at
 * random and ranked, a reward model learns from all rankings so far, and the policy is trained against it, beginning
 * from the supervised model each time. What comes of a round is a candidate; the gate and people decide the rest (L4).
 *
 * A round waits for rankings, so a command does what can be done now and says what it waits for. Said again, it goes on
 * where it was: each job is in the state before it is begun to be waited for.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobStatus, ModelArtifact, Stage } from '#core/learning/engine.ts'
import { type EngineName, LearningError } from '#core/learning/engine.ts'
import { STATES } from '#core/learning/jobs/words.ts'
import type { IterationState, Round, StateFile } from './state.ts'

export interface IterateDeps {
  /** Where the rounds' datasets go. */
  readonly folder: string
  readonly state: StateFile
  /** Builds the dataset of everything that may train now. @returns its rankings. @throws DatasetError */
  readonly build: (out: string, parent: string | undefined) => Promise<number>
  /** Writes a job down and begins it. @returns its id. */
  readonly begin: (job: {
    stage: Stage
    dataset: string
    base: string
    reward?: string
    seed: number
  }) => Promise<string>
  /** Goes on with a job that was lost; waits for its end. */
  readonly finish: (job: string) => Promise<JobStatus>
  readonly collect: (job: string) => Promise<ModelArtifact>
  /** @returns the model's name in the registry. */
  readonly register: (round: Round, artifact: ModelArtifact) => Promise<string>
  /** For people, a sentence at a time. */
  readonly say: (sentence: string) => void
}

export interface IterateRequest {
  readonly engine: EngineName
  readonly sft: string
  readonly rounds: number
  /** New rankings that a round waits for. */
  readonly rankings: number
  readonly seed: number
}

export type IterateEnd = 'done' | 'waiting'

/** How each engine trains against what people prefer. */
const POLICY_STAGE: Readonly<Record<EngineName, Stage | undefined>> = {
  local: 'ppo',
  openrlhf: 'ppo',
  trl: 'rloo',
  'openai-compatible': 'dpo',
  head: undefined,
}

/** @throws LearningError when a job fails, with its reason; the next call begins that job anew. */
export async function iterate(request: IterateRequest, deps: IterateDeps): Promise<IterateEnd> {
  const stage = POLICY_STAGE[request.engine]
  if (stage === undefined)
    throw new LearningError(
      `The engine ${request.engine} trains no policy. Use --engine local, trl or openrlhf.`,
    )
  const { engine, sft } = request
  let state: IterationState = (await deps.state.read()) ?? { schema: 1, engine, sft, rounds: [] }
  const isBegun = state.rounds.some(({ reward, policy, model }) => reward ?? policy ?? model)
  // What was mistyped begins nothing, and must not keep the name.
  if (!isBegun) state = { ...state, engine, sft }
  if (state.engine !== engine || state.sft !== sft)
    throw new LearningError(
      `These rounds are of ${state.engine} and begin from ${state.sft}. Go on with those, or begin others with --name.`,
    )
  const keep = async (round: Round): Promise<Round> => {
    state = { ...state, rounds: [...state.rounds.filter(({ nth }) => nth !== round.nth), round] }
    await deps.state.write(state)
    return round
  }
  for (let nth = 1; nth <= request.rounds; nth += 1) {
    const known = state.rounds.find((round) => round.nth === nth)
    if (known?.model !== undefined) continue
    const before = state.rounds.find((round) => round.nth === nth - 1)
    const round = known ?? (await begun(nth, before, request, deps))
    if (round === undefined) return 'waiting'
    await finished(await keep(round), stage, request, deps, keep)
  }
  const newest = state.rounds.find(({ nth }) => nth === request.rounds)?.model
  deps.say(
    `Round ${request.rounds} of ${request.rounds} is done; its model is ${newest}. More with --rounds.`,
  )
  return 'done'
}

/** A round of its own dataset; undefined while people are to rank more. */
async function begun(
  nth: number,
  before: Round | undefined,
  { rankings: wanted }: IterateRequest,
  { folder, build, say }: IterateDeps,
): Promise<Round | undefined> {
  const dataset = join(folder, `round-${nth}`)
  await rm(dataset, { recursive: true, force: true })
  const rankings = await build(dataset, before?.dataset)
  const fresh = rankings - (before?.rankings ?? 0)
  if (fresh >= wanted) {
    say(`Round ${nth}: ${rankings} rankings, ${fresh} of them new.`)
    return { nth, dataset, rankings }
  }
  await rm(dataset, { recursive: true, force: true })
  const who = before?.model === undefined ? 'the model that answers now' : before.model
  say(
    `Round ${nth} waits for people: ${Math.max(0, fresh)} of ${wanted} new rankings so far, of replies by ${who}.`,
  )
  say('Switch "review" on in parley.yaml to have replies drawn at random, rank them, and say this again.')
  return undefined
}

async function finished(
  given: Round,
  stage: Stage,
  { sft, seed }: IterateRequest,
  { begin, finish, collect, register, say }: IterateDeps,
  keep: (round: Round) => Promise<Round>,
): Promise<void> {
  let round = given
  const { nth, dataset } = round
  /** Begins a job unless it was, and waits for it. */
  const job = async (
    what: 'reward' | 'policy',
    asked: Parameters<IterateDeps['begin']>[0],
  ): Promise<string> => {
    const id = round[what] ?? (await begin(asked))
    round = await keep({ ...round, [what]: id })
    say(`Round ${nth}: ${what === 'reward' ? 'the reward model' : 'the policy'} is job ${id}.`)
    const { state, reason } = await finish(id)
    if (state === 'succeeded') return id
    const { [what]: _, ...rest } = round
    round = await keep(rest)
    throw new LearningError(
      [`Job ${id} ${STATES[state]}.`, reason, 'Say this again to begin it anew.'].filter(Boolean).join(' '),
    )
  }
  const about = { dataset, base: sft, seed: seed + nth }
  // Without a reward model of its own, preferences are learned directly.
  const reward = stage === 'dpo' ? undefined : await job('reward', { ...about, stage: 'rm' })
  const policy = await job('policy', { ...about, stage, ...(reward === undefined ? {} : { reward }) })
  const model = await register(round, await collect(policy))
  await keep({ ...round, model })
  say(`Round ${nth}: ${model} is a candidate. It answers nobody yet.`)
  say(`Next: "parley learn eval winrate ${model}", "parley learn eval gate ${model}", then a canary.`)
}
