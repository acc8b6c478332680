/**
 * What trainers print, as progress and figures. Pure: text in, what it says out, and the same text always says the
 * same, so `metrics.jsonl` can be made from `stdout.log` at any time and by anybody.
 *
 * transformers and TRL print a Python dictionary for each logging step, numbers bare (4) or in quotes (5), and a
 * progress bar without a name; OpenRLHF prints "✨ Global step 3: {…}" for PPO, and its figures at the end of the bars
 * "Train step of epoch 0" for the rest.
 */
import type { Sample } from '#core/learning/engine.ts'
import { sampleIn } from './sample-lines.ts'

export interface Bar {
  readonly done: number
  readonly total: number
}

export type Said =
  | { readonly type: 'line'; readonly line: string }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'figures'; readonly step: number; readonly values: Readonly<Record<string, number>> }

export interface LogReading {
  readonly bar: Bar | undefined
  /** How often figures came. */
  readonly figures: number
  /** The step that the newest of them were of. */
  readonly step: number
  /** The name of a training loss that was no number. */
  readonly broken: string | undefined
  /** The newest lines, for the reason of a failure. */
  readonly last: readonly string[]
  /** The end of the text so far, while its line is not whole. */
  readonly rest: string
  /** The figures a bar showed last: it shows them again with every step. */
  readonly shown: string
}

export const beforeLog: LogReading = {
  ...{ bar: undefined, figures: 0, step: 0, broken: undefined, last: [], rest: '', shown: '' },
}

/** Enough for a Python traceback's end. */
const KEPT_LINES = 40
const KEPT_CHARACTERS = 500

/** @param every steps between figures, where no bar tells the step. */
export function readLog(
  before: LogReading,
  text: string,
  every: number,
): readonly [LogReading, readonly Said[]] {
  const lines = `${before.rest}${text}`.split(/\r\n|\n|\r/)
  const rest = lines.pop() ?? ''
  const said: Said[] = []
  let reading: LogReading = { ...before, rest }
  for (const raw of lines) {
    const line = plain(raw)
    if (line.trim() === '') continue
    const [next, more] = readLine(reading, line, every)
    reading = next
    said.push(...more)
  }
  return [reading, said]
}

/** A last line without an end is whole once its writer has gone. */
export const endLog = (before: LogReading, every: number) => readLog(before, '\n', every)

function readLine(before: LogReading, line: string, every: number): readonly [LogReading, readonly Said[]] {
  const shown = barIn(line)
  if (shown !== undefined) {
    const [next, said] = readBar(before, shown)
    const [last, more] = shown.after === '' ? [next, []] : readLine(next, shown.after, every)
    return [last, [...said, ...more]]
  }
  if (/^\S.*\d+%\|/.test(line)) return [before, []] // another bar: maps, shards
  const sample = sampleIn(line)
  // Told before the figures of its step.
  if (sample !== undefined)
    return [before, [{ type: 'sample', sample: { step: stepAfter(before), ...sample } }]]
  const [, step, dictionary] = /^(?:.*Global step (\d+)[^{]*: )?(\{'.*\})\s*$/u.exec(line) ?? []
  const figures = dictionary === undefined ? undefined : figuresIn(dictionary)
  const kept = [...before.last, line.slice(0, KEPT_CHARACTERS)].slice(-KEPT_LINES)
  if (figures === undefined) return [{ ...before, last: kept }, [{ type: 'line', line }]]
  const at = step === undefined ? (before.bar?.done ?? (before.figures + 1) * every) : Number(step)
  // What is told of step 0 would be told twice by a job that is resumed.
  const [next, said] = withFigures({ ...before, last: kept }, figures, Math.max(1, at))
  return [next, [{ type: 'line', line }, ...said]]
}

const stepAfter = ({ bar, step }: LogReading): number => Math.max(bar?.done ?? 0, step) + 1

interface Shown extends Bar {
  /** Zero-based, of OpenRLHF's bars. */
  readonly epoch: number | undefined
  readonly figures: string | undefined
  /** What somebody else printed into its line. */
  readonly after: string
}

const BAR =
  /^(?:Train step of epoch (?<epoch>\d+):|Episode \[\d+\/\d+\]:)?\s*\d+%\|[^|]*\|\s*(?<done>\d+)\/(?<total>\d+) \[[^\],]*(?:, *[^,\]=]*)?(?:, (?<figures>[^\]]*=[^\]]*))?\]/

function barIn(line: string): Shown | undefined {
  const found = BAR.exec(line)
  if (found?.groups === undefined) return undefined
  const { epoch, done, total, figures } = found.groups
  return {
    ...{ done: Number(done), total: Number(total), figures, after: line.slice(found[0].length).trim() },
    epoch: epoch === undefined ? undefined : Number(epoch),
  }
}

function readBar(before: LogReading, shown: Shown): readonly [LogReading, readonly Said[]] {
  // An evaluation's bar has no name either: training's is the first, and keeps its length.
  if (shown.epoch === undefined && before.bar !== undefined && before.bar.total !== shown.total) {
    return [before, []]
  }
  const bar = { done: shown.done, total: shown.total }
  const { figures: text } = shown
  if (shown.epoch === undefined || text === undefined || text === before.shown)
    return [{ ...before, bar }, []]
  // They are shown before their step is counted.
  const figures = pairs(text.split(', ').map((each) => each.split('=')))
  return withFigures(
    { ...before, bar, shown: text },
    figures,
    shown.epoch * shown.total + Math.min(shown.done + 1, shown.total),
  )
}

interface Figures {
  readonly values: Readonly<Record<string, number>>
  readonly broken: string | undefined
}

function withFigures(
  before: LogReading,
  { values, broken }: Figures,
  step: number,
): readonly [LogReading, readonly Said[]] {
  const next = { ...before, figures: before.figures + 1, step, broken: before.broken ?? broken }
  return [next, Object.keys(values).length === 0 ? [] : [{ type: 'figures', step, values }]]
}

/** Undefined for a dictionary that is not about training. */
function figuresIn(dictionary: string): Figures | undefined {
  const found = [...dictionary.matchAll(/'([^']+)': (?:'([^']*)'|([^,}]+))/g)].map(
    ([, name = '', inQuotes, bare]) => [name, inQuotes ?? bare ?? ''],
  )
  const tells = found.some(([name = '']) => /(?:^|[_/])(?:loss|epoch|reward|kl)(?:$|[_/])/.test(name))
  return tells ? pairs(found) : undefined
}

function pairs(found: readonly (readonly string[])[]): Figures {
  const values: Record<string, number> = {}
  let broken: string | undefined
  for (const [name = '', text = ''] of found) {
    const number = numberOf(text)
    if (number === undefined) continue
    if (Number.isFinite(number)) values[name] = number
    // A gradient may overflow for one step in half precision; a loss that is no number never comes back.
    else if (/(?:^|_)loss$/.test(name) && !name.startsWith('eval_')) broken ??= name
  }
  return { values, broken }
}

/** Python's numbers, numpy's and torch's included. Undefined for anything else. */
function numberOf(text: string): number | undefined {
  const bare = /^(?:np\.\w+|tensor)\((.+?)\)?$/.exec(text.trim())?.[1] ?? text.trim()
  if (/^[+-]?nan$/i.test(bare)) return Number.NaN
  if (/^[+-]?inf(?:inity)?$/i.test(bare)) return Number.POSITIVE_INFINITY
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(bare) ? Number(bare) : undefined
}

/** Colours, and the name that Ray puts before each line of its processes. */
const plain = (line: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
  line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/^\([\w.:-]+ pid=\d+(?:, ip=[\w.:]+)?\) /, '')
