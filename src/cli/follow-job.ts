import { once } from 'node:events'
import { type JobEvent, type JobStatus, LearningError, type Metric } from '#core/learning/engine.ts'
import type { Engine } from '#core/learning/jobs/engines.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { KINDS_OF_MODEL, STATES } from '#core/learning/jobs/words.ts'
import type { CommandOf } from './open-jobs.ts'
import { figures, progressLine } from './progress.ts'

export type View = 'json' | 'terminal' | 'lines'

/** How what a job tells is shown: to a program, on a terminal, or in a file. */
export const viewFor = (json: boolean): View =>
  json ? 'json' : process.stdout.isTTY === true ? 'terminal' : 'lines'

const CLEAR_LINE = '\r\u001b[2K'
const NARROW = 80

/**
 * Shows a job from its beginning to its end, then its model. Ctrl-C ends the looking, not the job.
 *
 * @returns the exit code.
 */
export async function followJob(
  run: RunDirectory,
  engine: Engine,
  view: View,
  command: CommandOf,
): Promise<number> {
  const stop = new AbortController()
  // The wait for Ctrl-C ends with the job.
  const ended = new AbortController()
  const pressed = once(process, 'SIGINT', { signal: ended.signal }).then(
    () => stop.abort(),
    () => {},
  )
  let last: JobStatus | undefined
  const show = shower(view)
  try {
    for await (const event of engine.events(run, stop.signal)) {
      if (event.type === 'status') last = event.status
      show(event)
    }
  } finally {
    if (view === 'terminal') process.stdout.write('\n')
    ended.abort()
    await pressed
  }
  const { id } = await run.spec()
  if (stop.signal.aborted) {
    process.stderr.write(`Job ${id} goes on. ${command('cancel', id)} ends it.\n`)
    return 0
  }
  if (last?.state !== 'succeeded') throw new LearningError(whyNot(last, id, command))
  return await showModel(run, engine, view === 'json')
}

/** Everything a job has told until now. */
export async function showSoFar(run: RunDirectory, engine: Engine, view: View): Promise<number> {
  const enough = new AbortController()
  const show = shower(view)
  for await (const event of engine.events(run, enough.signal)) {
    show(event)
    // A status comes after all that was told before it.
    if (event.type === 'status') enough.abort()
  }
  return 0
}

/** Fetches the model of a job and says where it is. @throws LearningError */
export async function showModel(run: RunDirectory, engine: Engine, json: boolean): Promise<number> {
  const artifact = await engine.collect(run)
  const { kind, uri, metrics } = artifact
  process.stdout.write(
    json
      ? `${JSON.stringify({ type: 'artifact', artifact })}\n`
      : `The ${KINDS_OF_MODEL[kind]} is whole: ${uri}\n${Object.keys(metrics).length > 0 ? `${figures({ values: metrics })}\n` : ''}`,
  )
  return 0
}

const whyNot = (status: JobStatus | undefined, id: string, command: CommandOf): string =>
  [
    `Job ${id} ${status === undefined ? 'is gone' : STATES[status.state]}.`,
    status?.reason,
    // What is lost has said so itself.
    ...(status?.reason?.includes(command('resume', id))
      ? []
      : [`${command('resume', id)} goes on from its newest checkpoint, or begins it again.`]),
  ]
    .filter(Boolean)
    .join(' ')

function shower(view: View): (event: JobEvent) => void {
  switch (view) {
    case 'json':
      return (event) => process.stdout.write(`${JSON.stringify(event)}\n`)
    case 'lines':
      return (event) => process.stdout.write(lineOf(event))
    case 'terminal':
      return onTerminal()
  }
}

/** Figures as they come; progress shows in their steps, so a status is told when its state changes. */
function lineOf(event: JobEvent): string {
  switch (event.type) {
    case 'log':
      return `${event.line}\n`
    case 'metric':
      return `step ${event.metric.step}  ${figures(event.metric)}\n`
    case 'sample':
      return `sample  ${JSON.stringify(event.sample.completion)}\n`
    case 'status':
      return hasWords(event.status) ? `${event.status.state}\n` : ''
  }
}

const hasWords = ({ state }: JobStatus): boolean => state !== 'running'

function onTerminal(): (event: JobEvent) => void {
  let status: JobStatus | undefined
  let metric: Metric | undefined
  let since: { at: number; done: number } | undefined
  return (event) => {
    if (event.type === 'log' || event.type === 'sample') process.stdout.write(`${CLEAR_LINE}${lineOf(event)}`)
    if (event.type === 'metric') metric = event.metric
    if (event.type === 'status') {
      status = event.status
      if (status.progress !== undefined) since ??= { at: Date.now(), done: status.progress.done }
    }
    if (status === undefined) return
    const line = progressLine({ status, metric, since, now: Date.now() }, process.stdout.columns || NARROW)
    process.stdout.write(`${CLEAR_LINE}${line}`)
  }
}
