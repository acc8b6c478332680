/** Days, put together so that a picture of them can be read. Pure; all in UTC. */
import type { Period, PeriodUnit } from './view.ts'

const DAY_MS = 86_400_000
/** Days beyond which weeks are shown: two months. */
const MOST_DAYS = 62
/** Days beyond which months are shown: a year and a bit. */
const MOST_WEEK_DAYS = 62 * 7

/** @param days `start` is a day; in order, oldest first, gaps allowed. */
export function overTime(days: readonly Period[]): {
  readonly unit: PeriodUnit
  readonly periods: readonly Period[]
} {
  const first = days[0]?.start
  const last = days.at(-1)?.start
  if (first === undefined || last === undefined) return { unit: 'day', periods: [] }
  const span = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1
  const unit = span <= MOST_DAYS ? 'day' : span <= MOST_WEEK_DAYS ? 'week' : 'month'
  const counts = Map.groupBy(days, ({ start }) => startOf(start, unit))
  const periods: Period[] = []
  for (let start = startOf(first, unit); start <= last; start = next(start, unit)) {
    const within = counts.get(start) ?? []
    periods.push({
      start,
      good: within.reduce((sum, { good }) => sum + good, 0),
      bad: within.reduce((sum, { bad }) => sum + bad, 0),
    })
  }
  return { unit, periods }
}

function startOf(day: string, unit: PeriodUnit): string {
  switch (unit) {
    case 'day':
      return day
    case 'week': {
      // Sunday is 0, and the last day of its week.
      const sinceMonday = (new Date(day).getUTCDay() + 6) % 7
      return dayOf(Date.parse(day) - sinceMonday * DAY_MS)
    }
    case 'month':
      return `${day.slice(0, 'YYYY-MM'.length)}-01`
  }
}

/** A month is at most 31 days: 32 days after its first day the next one has begun. */
function next(start: string, unit: PeriodUnit): string {
  const days = { day: 1, week: 7, month: 32 }[unit]
  return startOf(dayOf(Date.parse(start) + days * DAY_MS), unit)
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length)
