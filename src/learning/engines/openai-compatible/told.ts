import type { JobState, JobStatus, Metric } from '#core/learning/engine.ts'
import { ENDPOINT_NAMES, withOurNames } from '#core/learning/engines/figure-names.ts'
import type { FineTuningEvent, FineTuningJob } from '#core/model/openai/fine-tuning.ts'

/** OpenAI's words, Azure's, and those nobody has thought of: what has not ended runs. */
export function stateOf({ status }: Pick<FineTuningJob, 'status'>): JobState {
  switch (status) {
    case 'validating_files':
    case 'queued':
    case 'pending':
    case 'created':
      return 'queued'
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return status
    default:
      return 'running'
  }
}

const STEP = /^Step (\d+)(?:\/(\d+))?/

/** Figures come as numbers beside an event, and `step` among them. */
export function metricsIn(events: readonly FineTuningEvent[]): readonly Metric[] {
  return events.flatMap(({ at, message, values: { step, total_steps, ...values } }) => {
    const said = STEP.exec(message)?.[1]
    const number = step ?? (said === undefined ? undefined : Number(said))
    return number === undefined || Object.keys(values).length === 0
      ? []
      : [{ step: number, at, values: withOurNames(values, ENDPOINT_NAMES) }]
  })
}

export function progressIn(events: readonly FineTuningEvent[]): JobStatus['progress'] {
  for (const { message, values } of events.toReversed()) {
    const [, done, total] = STEP.exec(message) ?? []
    if (done !== undefined && total !== undefined) {
      return { done: Number(done), total: Number(total), unit: 'steps' }
    }
    const { step, total_steps } = values
    if (step !== undefined && total_steps !== undefined)
      return { done: step, total: total_steps, unit: 'steps' }
  }
  return undefined
}

export const logIn = (events: readonly FineTuningEvent[]): readonly string[] =>
  events.map(({ level, message }) => (level === 'info' ? message : `${level}: ${message}`))

/** The last of each name. */
export const lastFigures = (metrics: readonly Metric[]): Readonly<Record<string, number>> =>
  Object.assign({}, ...metrics.map(({ values }) => values))
