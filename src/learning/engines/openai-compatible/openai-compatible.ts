/**
 * An endpoint that trains: OpenAI's own while it lasts, and whatever speaks its `/files` and `/fine_tuning/jobs`
 * (Azure, Bedrock, …). Nothing of a job runs here: whoever looks asks the endpoint, and writes down what it says, so
 * that the run directory tells the same as that of any other engine. Keeps L2 and L5.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { lineOf } from '#core/learning/dataset/lines.ts'
import { type JobSpec, type JobStatus, LearningError, type TrainEngine } from '#core/learning/engine.ts'
import { datasetFiles } from '#core/learning/engines/dataset-files.ts'
import { modelNamed } from '#core/learning/engines/model-named.ts'
import { replaceFile } from '#core/learning/files.ts'
import { collectModel } from '#core/learning/jobs/collect.ts'
import { drawnSamples } from '#core/learning/jobs/drawn-samples.ts'
import { follow } from '#core/learning/jobs/follow.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { hasEnded, mayBegin } from '#core/learning/jobs/truth.ts'
import { STATES } from '#core/learning/jobs/words.ts'
import { ModelError } from '#core/model/error.ts'
import { type FineTuning, FineTuningError, openFineTuning } from '#core/model/openai/fine-tuning.ts'
import { createOpenAI } from '#core/model/openai/openai.ts'
import { type RemoteJob, remoteOf, setRemote } from './remote-job.ts'
import { API_STAGES, type ApiPlan, apiPlan } from './settings.ts'
import { lastFigures, logIn, metricsIn, progressIn, stateOf } from './told.ts'

export interface OpenAICompatibleDeps {
  readonly clock: Clock
  /** Where keys are, by the name that a setting gives. */
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof fetch
  /** How often the endpoint is asked while a job is followed, in milliseconds; 10 seconds when left out. */
  readonly lookMs?: number
}

/** Jobs take from minutes to hours. */
const LOOK_MS = 10_000
/** https://platform.openai.com/docs/deprecations: nobody begins a job there from this day on. */
const OFFICIAL_END = Date.UTC(2027, 0, 6)
const OFFICIAL_NOTE =
  'OpenAI itself takes no new fine-tuning jobs after 2027-01-06, none of organisations that have not fine-tuned lately, and ends serving older fine-tuned models. Another endpoint is named with --set base_url=….'
/** A model that was just made may have to be loaded first. */
const SAMPLE_MS = 20_000
const ATTEMPT = 'parley_attempt'

export function createOpenAICompatible(deps: OpenAICompatibleDeps): TrainEngine<RunDirectory> {
  const { clock, lookMs = LOOK_MS } = deps
  const now = () => clock.now()

  const open = (plan: ApiPlan): FineTuning => {
    const apiKey = plan.keyName === undefined ? undefined : deps.env[plan.keyName]
    if (plan.keyName !== undefined && (apiKey === undefined || apiKey === '')) {
      throw new LearningError(`There is no key for ${plan.baseUrl}. Set ${plan.keyName}.`)
    }
    return openFineTuning(
      { apiKey, baseUrl: plan.baseUrl },
      { fetch: deps.fetch, sleep: (ms) => clock.sleep(ms) },
    )
  }

  return {
    name: 'openai-compatible',
    stages: API_STAGES,

    submit: async (run) => {
      const spec = await run.spec()
      const plan = apiPlan(spec)
      const said = await run.status()
      if (said !== undefined) mayBegin(said)
      if (plan.official && now() >= OFFICIAL_END) throw new LearningError(OFFICIAL_NOTE)
      const endpoint = open(plan)
      if (plan.official) await run.addLog(OFFICIAL_NOTE)
      const before = await remoteOf(run)
      const unfinished = before?.job === undefined ? before : undefined
      const job = await begin(run, spec, plan, endpoint, unfinished).catch(async (error: unknown) => {
        const reason = advised(error, plan)
        // What was uploaded lies there now: the job that knows of it stays, and goes on with it.
        if ((await remoteOf(run))?.trainingFile !== undefined) {
          await run.setStatus({ state: 'failed', reason: reasonOf(reason), updatedAt: now() })
        }
        throw reason
      })
      // One that was found again may have ended: what came of it is read by whoever looks next.
      const state = stateOf(job) === 'queued' ? 'queued' : 'running'
      await run.setStatus({ state, external: externalOf(job.id), updatedAt: now() })
    },

    status: (run) => refresh(run),

    events: (run, signal) => follow(run, { status: seldom(() => refresh(run)), clock, signal }),

    cancel: async (run) => {
      const { state } = await refresh(run)
      const id = (await remoteOf(run))?.job
      if (hasEnded({ state }) || id === undefined) {
        throw new LearningError(`Nothing is to be cancelled: the job ${STATES[state]}.`)
      }
      const plan = apiPlan(await run.spec())
      await open(plan)
        .cancel(id)
        .catch((error: unknown) => {
          throw advised(error, plan)
        })
      await refresh(run)
    },

    collect: async (run) => await collectModel(run, await refresh(run)),
  }

  /** Asks the endpoint, and writes down what it says. What cannot be asked now is as it was said last. */
  async function refresh(run: RunDirectory): Promise<JobStatus> {
    const said = await run.status()
    const id = (await remoteOf(run))?.job
    if (said !== undefined && hasEnded(said)) return said
    if (id === undefined) {
      const { createdAt } = await run.spec()
      return said ?? { state: 'queued', reason: 'It was not begun yet.', updatedAt: createdAt }
    }
    const spec = await run.spec()
    const plan = apiPlan(spec)
    try {
      const status = await read(run, spec, plan, open(plan), id)
      await run.setStatus(status)
      return status
    } catch (error) {
      const reason = advised(error, plan)
      if (!(reason instanceof LearningError)) throw error
      const last = said ?? { state: 'queued', external: externalOf(id), updatedAt: spec.createdAt }
      return { ...last, reason: `${reason.message} This is what it said at ${timeOf(last.updatedAt)}.` }
    }
  }

  async function read(
    run: RunDirectory,
    spec: JobSpec,
    plan: ApiPlan,
    endpoint: FineTuning,
    id: string,
  ): Promise<JobStatus> {
    const job = await endpoint.look(id)
    const events = await endpoint.events(id)
    const metrics = metricsIn(events)
    const log = [...(plan.official ? [OFFICIAL_NOTE] : []), ...logIn(events)]
    await replaceFile(run.logPath, log.map((line) => `${line}\n`).join(''))
    await replaceFile(run.metricsPath, metrics.map((metric) => `${lineOf(metric)}\n`).join(''))
    const progress = progressIn(events)
    const status = {
      ...{ state: stateOf(job), external: externalOf(id), updatedAt: now() },
      ...(progress === undefined ? {} : { progress }),
    }
    if (status.state === 'failed') {
      const why = job.failure ?? 'it does not say why'
      return { ...status, reason: `${endpoint.host} could not train: ${why}. Mend that and resume the job.` }
    }
    if (status.state !== 'succeeded') return status
    if (job.model === undefined) {
      const reason = `${endpoint.host} ended the job without naming a model. Look at it there: ${id}.`
      return { ...status, state: 'failed', reason }
    }
    await addSamples(run, spec, plan, { model: job.model, step: metrics.at(-1)?.step ?? 1 })
    await run.setArtifact({
      ...{ schema: 1, kind: 'policy', uri: job.model, job: spec.id, metrics: lastFigures(metrics) },
      served: { baseUrl: plan.baseUrl, model: job.model },
    })
    return status
  }

  /** Such endpoints show none on the way. Nothing hangs on them: a deployment may be needed before anybody answers. */
  async function addSamples(
    run: RunDirectory,
    spec: JobSpec,
    { baseUrl, keyName }: ApiPlan,
    { model, step }: { readonly model: string; readonly step: number },
  ): Promise<void> {
    const apiKey = keyName === undefined ? undefined : deps.env[keyName]
    const asked = createOpenAI(
      {
        ...{ model, baseUrl, wire: 'auto', firstByteMs: SAMPLE_MS, idleMs: SAMPLE_MS },
        ...(apiKey === undefined ? {} : { apiKey }),
      },
      { fetch: deps.fetch },
    )
    try {
      const samples = await drawnSamples(asked, spec, step)
      await replaceFile(run.samplesPath, samples.map((each) => `${lineOf(each)}\n`).join(''))
    } catch (error) {
      if (!(error instanceof ModelError || error instanceof DatasetError)) throw error
      await run.addLog(`No samples of the finished model: ${reasonOf(error)}.`)
    }
  }

  /** The same answer for a while: following looks far more often than an endpoint likes to be asked. */
  function seldom(ask: () => Promise<JobStatus>): () => Promise<JobStatus> {
    let [answer, until]: [JobStatus | undefined, number] = [undefined, 0]
    return async () => {
      if (answer === undefined || now() >= until) {
        answer = await ask()
        until = now() + lookMs
      }
      return answer
    }
  }
}

/** Each step is written down before the next: what a crash leaves is gone on with. */
async function begin(
  run: RunDirectory,
  spec: JobSpec,
  plan: ApiPlan,
  endpoint: FineTuning,
  before: RemoteJob | undefined,
) {
  if (spec.base === undefined) {
    throw new LearningError("Say with --base which of the endpoint's models training begins from.")
  }
  const model = await modelNamed(spec.base, '--base', 'policy')
  const files = await datasetFiles(spec, plan.kind)
  if (files.trainRows < plan.fewest.rows) {
    throw new LearningError(
      `${plan.fewest.says} ${plan.fewest.rows} rows or more, and there are ${files.trainRows}. Collect more, or use --engine trl.`,
    )
  }
  let remote: RemoteJob = before ?? { attempt: randomUUID() }
  const note = async (more: Partial<RemoteJob>) => {
    remote = { ...remote, ...more }
    await setRemote(run, remote)
  }
  await note({})
  // Cut off between the endpoint's answer and our writing it down.
  const found =
    remote.trainingFile === undefined
      ? undefined
      : await endpoint.find(ATTEMPT, remote.attempt).catch(notListed)
  if (found !== undefined) {
    await note({ job: found.id })
    return found
  }
  const trainingFile = remote.trainingFile ?? (await endpoint.upload(files.train))
  await note({ trainingFile })
  const validationFile =
    remote.validationFile ??
    (files.validation === undefined ? undefined : await endpoint.upload(files.validation))
  if (validationFile !== undefined) await note({ validationFile })
  const job = await endpoint.create({
    ...{ model, trainingFile, validationFile, seed: spec.seed, suffix: plan.suffix },
    ...{ method: plan.method, options: plan.options },
    metadata: { parley_job: spec.id, parley_dataset: spec.dataset.id, [ATTEMPT]: remote.attempt },
  })
  await note({ job: job.id })
  return job
}

/** An endpoint that lists no jobs can still begin one. */
function notListed(error: unknown): undefined {
  if (error instanceof FineTuningError && error.kind === 'bad_request') return undefined
  throw error
}

const externalOf = (id: string): string => `fine-tuning:${id}`
const timeOf = (at: number): string => new Date(at).toISOString()

/** For people: whose fault it is, and what to do. Anything else stays what it is. */
function advised(error: unknown, { baseUrl, keyName, official }: ApiPlan): unknown {
  if (!(error instanceof FineTuningError)) return error
  const { kind, status, message, said } = error
  const other = official ? ` ${OFFICIAL_NOTE}` : ''
  if (status === 404 || status === 405 || status === 501) {
    return new LearningError(
      `${message}: nothing there is trained. Name an endpoint that has /files and /fine_tuning/jobs with --set base_url=….`,
    )
  }
  switch (kind) {
    case 'auth':
      return new LearningError(
        `${message}. ${keyName === undefined ? 'Say with --set key_env=NAME which variable holds its key' : `Look at ${keyName}`}.${other}`,
      )
    case 'quota':
      return new LearningError(`${message}. The account there has no credit left.`)
    case 'network':
    case 'timeout':
      return new LearningError(`${message}. Look whether ${baseUrl} is right, and whether it is up.`)
    case 'rate_limit':
    case 'server':
    case 'broken_stream':
      return new LearningError(`${message}. Try again in a while.`)
    case 'bad_request':
    case 'context_overflow':
    case 'aborted':
      return new LearningError(
        `${message}${said === undefined ? '' : `: ${said}`}. Mend that and resume the job.${other}`,
      )
  }
}
