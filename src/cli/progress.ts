import type { JobStatus, Metric } from '#core/learning/engine.ts'

export interface Progress {
  readonly status: JobStatus
  /** The newest figures. */
  readonly metric: Metric | undefined
  /** When the first progress was seen, and what was done by then: what is left is reckoned from there. */
  readonly since: { readonly at: number; readonly done: number } | undefined
  readonly now: number
}

const BAR = 24
/** More do not fit beside the bar. */
const FIGURES = 4

/** One line for a terminal: state, bar, figures, and how long it may still take. */
export function progressLine({ status, metric, since, now }: Progress, columns: number): string {
  const parts: string[] = [status.state]
  const { progress } = status
  if (progress !== undefined && progress.total > 0) {
    const { done, total, unit } = progress
    const filled = Math.round(BAR * Math.min(1, done / total))
    parts.push(`${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`, `${done}/${total} ${unit}`)
    if (since !== undefined && done > since.done && done < total)
      parts.push(`${clockOf(((now - since.at) / (done - since.done)) * (total - done))} left`)
  }
  if (metric !== undefined) parts.push(figures(metric))
  return parts.join('  ').slice(0, Math.max(0, columns - 1))
}

export const figures = ({ values }: Pick<Metric, 'values'>): string =>
  Object.entries(values)
    .slice(0, FIGURES)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join('  ')

const clockOf = (ms: number): string => {
  const seconds = Math.round(ms / 1_000)
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  const rest = String(seconds % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}
