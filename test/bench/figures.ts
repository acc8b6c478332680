export interface Figure {
  readonly metric: string
  readonly value: number
  /** `ratio`, `ms`, `MiB` … */
  readonly unit: string
  /** What an issue asks for, for the reader of the table. */
  readonly bar?: string
  /** Left out of the list for people, because a table of the suite's own says it better. */
  readonly inTable?: true
}

/** What a suite found. */
export interface Report {
  readonly figures: readonly Figure[]
  /** Lines for people, below the figures. */
  readonly table?: readonly string[]
}

export function printReport(suite: string, { figures, table = [] }: Report, json: boolean): void {
  if (json)
    for (const { metric, value, unit } of figures)
      process.stdout.write(`${JSON.stringify({ suite, metric, value: round(value), unit })}\n`)
  else {
    for (const { metric, value, unit, bar } of figures.filter(({ inTable }) => !inTable))
      process.stdout.write(
        `${suite}  ${metric.padEnd(36)}${String(round(value)).padStart(10)} ${unit.padEnd(6)} ${bar ?? ''}\n`,
      )
    for (const line of table) process.stdout.write(`${line}\n`)
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  if (low === undefined || high === undefined) throw new Error('the median of nothing')
  return (low + high) / 2
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000
