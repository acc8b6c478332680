/**
 * Training by a program of somebody else's: it is given a directory with data, a configuration and a command, and is
 * watched until it has ended (rules L2, L5). One job is one process of ours (`jobs/work.ts`), which keeps the status,
 * the figures and the log; the trainer's process (`process.ts`) outlives it.
 *
 *     template.ts         this machine, a container or ssh: how the command is started
 *     log-lines.ts        what it prints, as progress and figures
 *     failure.ts          why it failed, and what to do
 *     model-folder.ts     whether there is a model at the end
 *     trl/ openrlhf/      which command with which configuration
 *     openai-compatible/  an endpoint that trains, and no process at all
 */
import { execFile } from 'node:child_process'
import { type FSWatcher, watch } from 'node:fs'
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { reasonOf } from '#core/errors.ts'
import { type JobSpec, LearningError, type ModelArtifact } from '#core/learning/engine.ts'
import { replaceFile, undefinedIfMissing } from '#core/learning/files.ts'
import type { Result, Train, Work } from '#core/learning/jobs/work.ts'
import { handedOn, TRAINER_ENV } from './environment.ts'
import { reasonOfFailure } from './failure.ts'
import { TRAINER_NAMES, withOurNames } from './figure-names.ts'
import { beforeLog, endLog, type LogReading, readLog, type Said } from './log-lines.ts'
import { takeModel } from './model-folder.ts'
import { begin, end, forget, look, TRAINER_LOG } from './process.ts'
import { checkTemplate, type Filling, fill, HERE, type Template } from './template.ts'

export interface Plan {
  /** The trainer's own command. */
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** By their names in the run directory. */
  readonly files: Readonly<Record<string, string>>
  /** How the command is started: here when left out. */
  readonly start: Template | undefined
  /** What else ends it. */
  readonly stop: Template | undefined
  /** Absolute. */
  readonly dataset: string
  readonly kind: ModelArtifact['kind']
  /** True where a new start goes on from the trainer's newest checkpoint. */
  readonly resumes: boolean
  /** Steps from figures to figures. */
  readonly every: number
  /** Trainers print what they were given: this is in no log of ours (rule S5). */
  readonly secrets: readonly string[]
}

/** @param run the run directory; paths in the plan are absolute. @throws LearningError */
export type Planner = (spec: JobSpec, run: string) => Promise<Plan>

/** Where the trainer writes, within the run directory; its model is moved from there. */
export const OUTPUT = 'output'
const COMMAND = 'command.json'
/** How many lines of the trainer's log are in the job's log already. */
const TOLD = 'trainer.told'

/** Shorter than what a cancel waits for, so that the trainer is ended in good order. */
export const GRACE_MS = 20_000
/** How long a container or a remote process may take to be told. */
const STOP_MS = 30_000
/** Some file systems tell nobody of changes: look now and then. */
const LOOK_MS = 1_000
/** A trainer that prints much is read in larger pieces. */
const PAUSE_MS = 50

export const trainOutside =
  (planner: Planner, env: NodeJS.ProcessEnv): Train =>
  async (work) => {
    const run = dirname(work.modelFolder)
    const plan = await planner(work.spec, run)
    const ended = { plan, spec: work.spec, run, env, log: work.log }
    const before = await look(run)
    if (before.is === 'none' || before.is === 'gone') {
      if (await wasBegun(run)) await stopElsewhere(ended)
      await prepare(plan, run)
      const { words, environment } = wordsOf(plan, work.spec, run)
      await begin(run, words, { ...handedOn(env), ...environment })
    } else await work.log('The trainer was begun before; it is watched again.')
    try {
      const [code, reading, metrics] = await watched(plan, work, run)
      if (code !== 0)
        throw new LearningError(reasonOfFailure(code, basename(plan.command[0] ?? ''), reading.last))
      await takeModel(join(run, OUTPUT), work.modelFolder)
      return { kind: plan.kind, metrics } satisfies Result
    } finally {
      await endTrainer(ended)
    }
  }

export interface Ending {
  readonly plan: Plan
  readonly spec: JobSpec
  /** The run directory. */
  readonly run: string
  readonly env: NodeJS.ProcessEnv
  readonly log: (line: string) => Promise<void>
}

/** Ends it wherever it runs, and forgets it. */
export async function endTrainer(ending: Ending): Promise<void> {
  if ((await look(ending.run)).is === 'running') await stopElsewhere(ending)
  await end(ending.run, GRACE_MS)
  await forget(ending.run)
}

/** What is written into the run directory, so that anybody can see what was asked, and ask it again by hand. */
async function prepare(plan: Plan, run: string): Promise<void> {
  const stale = plan.resumes ? [OUTPUT] : [OUTPUT, TRAINER_LOG, TOLD]
  for (const name of stale) await rm(join(run, name), { recursive: true, force: true })
  const files = {
    ...plan.files,
    [COMMAND]: `${JSON.stringify({ command: plan.command, env: plan.env }, undefined, 2)}\n`,
  }
  for (const [name, text] of Object.entries(files)) {
    // The token of the reward service stands in some of them.
    await replaceFile(join(run, name), text, 0o600)
  }
}

/** @throws LearningError when the template is wrong. */
export function wordsOf(plan: Plan, spec: JobSpec, run: string) {
  const template = plan.start ?? HERE
  checkTemplate(template)
  // Found out now, not when it is needed.
  if (plan.stop !== undefined) fill(plan.stop, fillingOf(plan, spec, run), 'cancel_command')
  return { words: fill(template, fillingOf(plan, spec, run)), environment: { ...TRAINER_ENV, ...plan.env } }
}

const fillingOf = ({ command, env, dataset }: Plan, { id }: JobSpec, run: string): Filling => ({
  ...{ command, dataset, run, name: id },
  env: { ...TRAINER_ENV, ...env },
})

/** An earlier start may have left a container or a cluster's job under the same name. */
const wasBegun = async (run: string): Promise<boolean> =>
  (await stat(join(run, COMMAND)).catch(() => undefined)) !== undefined

async function stopElsewhere({ plan, spec, run, env, log }: Ending): Promise<void> {
  if (plan.stop === undefined) return
  const [program = '', ...args] = fill(plan.stop, fillingOf(plan, spec, run), 'cancel_command')
  await promisify(execFile)(program, args, { timeout: STOP_MS, env: { ...handedOn(env) } }).catch(
    (error: unknown) =>
      log(`The setting "cancel_command" failed: ${reasonOf(error)}. Look for what may still run.`),
  )
}

type Watched = readonly [code: number, reading: LogReading, metrics: Readonly<Record<string, number>>]

/** Tells what the trainer says until it has ended. @throws LearningError when it is gone or trains into nothing. */
async function watched({ every, secrets }: Plan, work: Work, run: string): Promise<Watched> {
  const metrics: Record<string, number> = {}
  const toldBefore = Number(await readFile(join(run, TOLD), 'utf8').catch(() => '0'))
  let [reading, lines, offset]: [LogReading, number, number] = [beforeLog, 0, 0]
  const changes = changesIn(run)
  try {
    for (;;) {
      const changed = changes.next()
      // Before the log: what it wrote before it ended is read after it was seen to have ended.
      const state = await look(run)
      const [text, next] = await textFrom(join(run, TRAINER_LOG), offset, state.is === 'ended')
      offset = next
      await take(readLog(reading, withoutSecrets(text, secrets), every))
      if (state.is === 'ended') await take(endLog(reading, every))
      if (reading.broken !== undefined) throw astray(reading.broken)
      if (state.is === 'ended') return [state.code, reading, metrics]
      if (state.is !== 'running') throw new LearningError(GONE)
      await Promise.race([changed, sleep(LOOK_MS)])
      await sleep(PAUSE_MS)
      work.signal.throwIfAborted()
    }
  } finally {
    changes.close()
  }

  async function take([next, said]: readonly [LogReading, readonly Said[]]): Promise<void> {
    const before = lines
    for (const each of said) {
      if (each.type === 'figures') {
        const values = withOurNames(each.values, TRAINER_NAMES)
        Object.assign(metrics, values)
        await work.metric(each.step, values)
      } else if (each.type === 'sample') await work.sample(each.sample)
      else {
        lines += 1
        if (lines > toldBefore) await work.log(each.line)
      }
    }
    if (lines > Math.max(before, toldBefore)) await writeFile(join(run, TOLD), String(lines))
    if (next.bar !== undefined && next.bar !== reading.bar) {
      await work.progress(next.bar.done, next.bar.total, 'steps')
    }
    reading = next
  }
}

const GONE =
  'The trainer is gone and did not say how it ended: it was killed, or its machine was. "parley learn job resume" begins again, from its newest checkpoint where the engine has one.'

const astray = (name: string) =>
  new LearningError(
    `${name} is no number any more, so training went astray and was ended. Begin again with a lower learning rate, or with gradients clipped.`,
  )

const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((masked, secret) => masked.replaceAll(secret, '…'), text)

/** @param all also a last line that has no end. */
async function textFrom(path: string, offset: number, all: boolean): Promise<readonly [string, number]> {
  const file = await open(path).catch(undefinedIfMissing)
  if (file === undefined) return ['', offset]
  try {
    const { size } = await file.stat()
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.max(0, size - offset)), 0, null, offset)
    const bytes = buffer.subarray(0, bytesRead)
    // Half a line may end in half a character: it waits for its other half.
    const whole = all ? bytesRead : Math.max(bytes.lastIndexOf(0x0a), bytes.lastIndexOf(0x0d)) + 1
    return [bytes.toString('utf8', 0, whole), offset + whole]
  } finally {
    await file.close()
  }
}

function changesIn(folder: string): { next(): Promise<void>; close(): void } {
  let heard = Promise.withResolvers<void>()
  let watcher: FSWatcher | undefined
  try {
    watcher = watch(folder, () => {
      heard.resolve()
      heard = Promise.withResolvers()
    })
    watcher.on('error', () => watcher?.close())
  } catch {
    // The machine watches as many folders as it can already: looking now and then is enough.
  }
  return { next: () => heard.promise, close: () => watcher?.close() }
}
