const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** `14:05` today, `3 Nov` before. */
export function shortTime(at: number): string {
  const date = new Date(at)
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : day.format(date)
}

export const clockTime = (at: number): string => clock.format(new Date(at))
export const fullTime = (at: number): string => full.format(new Date(at))
export const isoTime = (at: number): string => new Date(at).toISOString()
export const sameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString()
export const dayName = (at: number): string => (sameDay(at, Date.now()) ? 'Today' : day.format(new Date(at)))
