/** Numbers and findings of Insights as people read them. Pure. */
import type { InsightsView, TrainingView } from '../protocol.ts'

type Rankings = InsightsView['rankings']
type Share = NonNullable<Rankings['agreement']>

const wholePercent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 })
const count = new Intl.NumberFormat()
const twoDigits = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const fourDigits = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 })
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const month = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric', timeZone: 'UTC' })

export const percent = (share: number): string => wholePercent.format(share)
export const whole = (value: number): string => count.format(value)
export const decimal = (value: number | null): string =>
  value === null ? 'not known' : twoDigits.format(value)
export const several = (value: number, one: string, more: string): string =>
  `${whole(value)} ${value === 1 ? one : more}`

/** A figure of training, to four digits. */
export const figure = (value: number): string => fourDigits.format(value)
export const dateOf = (at: number): string => date.format(at)

export const range = ({ low, high }: Pick<Share, 'low' | 'high'>): string =>
  `${Math.round(low * 100)} to ${percent(high)}`

/** `61% (between 53 and 69%)`: the interval in words. */
export const withRange = (share: Share): string =>
  `${percent(share.share)} (between ${Math.round(share.low * 100)} and ${percent(share.high)})`

type Unit = InsightsView['votes']['overTime']['unit']

export const periodName = (start: string, unit: Unit): string =>
  (unit === 'month' ? month : day).format(new Date(start))

export const UNIT_NAMES: Readonly<Record<Unit, string>> = {
  day: 'Day',
  week: 'Week from',
  month: 'Month',
}

export function votesFinding({ good, bad, share, raters }: InsightsView['votes']): string {
  if (share === null) return 'No votes yet.'
  if (good + bad === 1) return `One vote so far, and it is ${good === 1 ? 'good' : 'bad'}.`
  const said = `${several(good + bad, 'vote', 'votes')} by ${several(raters, 'person', 'people')}`
  return `${said}, ${percent(share.share)} of them good. The true share is likely between ${Math.round(share.low * 100)} and ${percent(share.high)}.`
}

export function groupsFinding(groups: InsightsView['votes']['byModel'], what: string): string {
  const [first, second] = groups
  if (first === undefined) return 'No votes yet.'
  if (second === undefined) return `All votes are about one ${what}.`
  return groups.some((one) => groups.some((other) => liesAbove(one.share, other.share)))
    ? `Some ${what}s are liked better than others: their ranges lie apart.`
    : `The ranges overlap: no ${what} is surely better than another.`
}

const liesAbove = (one: Share | null, other: Share | null): boolean =>
  one !== null && other !== null && one.low > other.high

export function reasonsFinding(reasons: InsightsView['reasons']): string {
  const [first] = reasons
  if (first === undefined) return 'No reasons yet. People are asked for one after a bad vote.'
  return `Named most often: ${first.label.toLowerCase()}, ${several(first.count, 'time', 'times')}.`
}

export function agreementFinding({ agreement, bounds }: Rankings): string {
  if (agreement === null)
    return 'Not known yet: it takes two people who each prefer one of the same two answers.'
  return `Two people who compare the same two answers prefer the same one in ${withRange(agreement)} of cases. In the study behind InstructGPT it was ${percent(bounds.agreement)}, the dashed line.`
}

export function alphaFinding({ alpha: { nominal }, bounds }: Rankings): string {
  if (nominal === null) return 'Not known yet: it takes two people who rank the same answers.'
  const what =
    nominal >= bounds.reliable
      ? 'high enough to rely on'
      : nominal >= bounds.tentative
        ? 'high enough for tentative conclusions'
        : 'too low to rely on what a single person says'
  return `Krippendorff's alpha: 1 is full agreement, 0 is chance. For which answer is better it is ${decimal(nominal)}, ${what}. From the first dashed line conclusions are tentative, from the second they are reliable.`
}

export function positionFinding({ position }: Rankings): string {
  const [first] = position?.slots ?? []
  if (position === null || first === undefined) return 'Not known yet: nobody has ranked answers.'
  const { of, p } = position
  if (!position.enough) return `Too few rankings to tell: ${whole(of)} with one best answer so far.`
  const shares = `The answer shown first wins ${percent(first.wins / of)} of the time, where chance gives ${percent(first.expected / of)}`
  const chance = p < 0.001 ? 'p < .001' : `p = ${p.toFixed(3).replace(/^0/, '')}`
  if (position.flagged) return `${shares} (${chance}). Rankings lean to a place.`
  return p < 0.01
    ? `${shares} (${chance}). A lean, but a small one.`
    : `${shares} (${chance}). This is no sign of a lean.`
}

export function lengthFinding({ length }: Rankings): string {
  if (length === null) return 'Not known yet: nobody has ranked answers of different length.'
  const share = `The longer of two answers is preferred in ${withRange(length.longerPreferred)} of cases.`
  const { low, high } = length.longerPreferred
  if (!length.flagged)
    return low > 0.5 || high < 0.5
      ? `${share} A lean, but a small one.`
      : `${share} This is no sign of a lean.`
  return length.longerPreferred.share > 0.5
    ? `${share} Look whether long answers are better, or only longer.`
    : `${share} People like it short.`
}

type Run = TrainingView['runs'][number]

export const STAGE_NAMES: Readonly<Record<Run['stage'], string>> = {
  sft: 'Supervised training',
  rm: 'Reward model',
  ppo: 'PPO',
  rloo: 'RLOO',
  dpo: 'DPO',
  kto: 'KTO',
  rft: 'Reinforcement fine-tuning',
}

const STATES: Readonly<Record<Run['state'], string>> = {
  queued: 'not begun yet',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  lost: 'broken off',
}

export const runState = ({ state, progress }: Run): string =>
  progress === null || state === 'succeeded'
    ? STATES[state]
    : `${STATES[state]}, ${whole(progress.done)} of ${whole(progress.total)} ${progress.unit}`

export const noFigures = ({ state }: Run): string =>
  state === 'queued' || state === 'running' ? 'It told no figures yet.' : 'It told no figures.'

/** Where to find out why; the reason itself may name files of the machine, which are nobody's business here. */
export const whyNot = ({ id, state }: Run): string | undefined =>
  state === 'failed' || state === 'lost' ? `"parley learn job status ${id}" says why.` : undefined

/** What a curve means. A reward that rises is no success by itself: people decide (rule L4). */
const MEANINGS: Readonly<Record<Run['curves'][number]['name'], string>> = {
  loss: 'Lower is better.',
  reward: 'What the reward model says of the answers. People decide whether they are better.',
  kl: 'In nats an answer. When it shoots up, the model learns to please the reward model only.',
  accuracy: 'How many pairs that it did not learn from it orders as people did.',
}

/** PPO's loss says how its newest answers did beside what was expected of them, and goes nowhere by itself. */
const NO_MEASURE = 'It says little by itself: the reward and the distance tell more.'

export function curveFinding({ name, points }: Run['curves'][number], stage: Run['stage']): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return 'No figures yet.'
  const went =
    first === last
      ? `${figure(last.value)} at step ${whole(last.step)}.`
      : `From ${figure(first.value)} at step ${whole(first.step)} to ${figure(last.value)} at step ${whole(last.step)}.`
  const isPolicy = stage === 'ppo' || stage === 'rloo'
  return `${went} ${name === 'loss' && isPolicy ? NO_MEASURE : MEANINGS[name]}`
}
