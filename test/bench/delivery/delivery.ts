/**
 * How old the news is that a reader does not see yet, against the least that any schedule under the platform's limits
 * can reach, and against two common policies. On a virtual clock, with the real writer, pacing, splitting and surfaces.
 *
 * Staleness at a moment is the age of the oldest token that has come and is not visible, zero when all are. Means and
 * p95 are over all the time in which replies are written, so a long reply counts for longer. `bound.ts` says why no
 * schedule that keeps rule D4 can be below the bound; it knows every token in advance, and how fast the network will be.
 */

import { seeded } from '#test/seeded.ts'
import type { Figure, Report } from '../figures.ts'
import { cpuPerWrite } from './cpu.ts'
import { each20Chunks, eachSecond, type Job, type Policy, parley } from './deliver.ts'
import { type Bound, bound, type Measured, measure } from './measure.ts'
import { SUBJECTS, type Subject } from './platforms.ts'
import { LENGTHS, MANNERS, recordedStreams, stream } from './streams.ts'

const SEED = 20_261_123
const REPLIES = 20
/** Twenty people ask within a minute: Slack begins no more than twenty streams in one. */
const WITHIN_MS = 60_000
const BASELINES: readonly Policy[] = [eachSecond, each20Chunks]

interface Row {
  readonly subject: Subject
  readonly one: Outcome
  readonly twenty: Outcome
  readonly cpu: number
}

interface Outcome {
  readonly bound: Bound
  readonly parley: Measured
  readonly baselines: readonly Measured[]
  readonly replies: number
}

export async function delivery(): Promise<Report> {
  const rows: Row[] = []
  for (const subject of SUBJECTS)
    rows.push({
      subject,
      one: await alone(subject),
      twenty: await outcome(subject, twentyJobs(), false),
      cpu: await cpuPerWrite(subject),
    })
  const figures = [
    ...worstAndEach('staleness_mean_ratio_1', rows, ratioOf('mean', 'one'), 'at most 1.25'),
    ...worstAndEach('staleness_mean_ratio_20', rows, ratioOf('mean', 'twenty'), 'at most 1.5'),
    ...worstAndEach('staleness_p95_ratio_1', rows, ratioOf('p95', 'one')),
    ...worstAndEach(
      'writes_over_limit',
      rows,
      ({ one, twenty }) => one.parley.refused + twenty.parley.refused,
      '0',
      'writes',
    ),
    ...worstAndEach('cpu_ms_per_write_20', rows, ({ cpu }) => cpu, 'below 2', 'ms'),
    ...rows.flatMap((row) => [
      ...details('1', row.subject, row.one),
      ...details('20', row.subject, row.twenty),
    ]),
  ]
  return { figures, table: rows.flatMap((row) => [...table('1', row), ...table('20', row)]) }
}

/** Every recorded stream by itself, summed up over the time in which it is written. */
async function alone(subject: Subject): Promise<Outcome> {
  const outcomes: { readonly outcome: Outcome; readonly time: number }[] = []
  for (const one of recordedStreams())
    outcomes.push({
      outcome: await outcome(subject, [{ stream: one, startsAt: 0 }], true),
      time: one.times.at(-1) ?? 0,
    })
  const time = outcomes.reduce((sum, each) => sum + each.time, 0)
  const mean = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((sum, each) => sum + of(each.outcome) * each.time, 0) / time
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, each) => total + of(each.outcome), 0)
  const overAll = (of: (outcome: Outcome) => Measured | undefined): Measured => ({
    mean: mean((each) => of(each)?.mean ?? 0),
    p95: mean((each) => of(each)?.p95 ?? 0),
    writes: sum((each) => of(each)?.writes ?? 0),
    refused: sum((each) => of(each)?.refused ?? 0),
  })
  return {
    bound: { mean: mean((each) => each.bound.mean), p95: mean((each) => each.bound.p95) },
    parley: overAll((each) => each.parley),
    baselines: BASELINES.map((_, nth) => overAll((each) => each.baselines[nth])),
    replies: outcomes.length,
  }
}

function twentyJobs(): readonly Job[] {
  const random = seeded(SEED)
  return Array.from({ length: REPLIES }, (_, nth) => ({
    stream: stream(MANNERS[nth % MANNERS.length] ?? 'slow', LENGTHS[nth % LENGTHS.length] ?? 200, nth),
    startsAt: Math.floor(random() * WITHIN_MS),
  }))
}

async function outcome(subject: Subject, jobs: readonly Job[], withP95: boolean): Promise<Outcome> {
  const baselines: Measured[] = []
  for (const policy of BASELINES) baselines.push(await measure(subject, jobs, policy, SEED))
  return {
    bound: bound(subject, jobs, SEED, withP95),
    parley: await measure(subject, jobs, parley, SEED),
    baselines,
    replies: jobs.length,
  }
}

const ratioOf =
  (what: keyof Bound, of: 'one' | 'twenty') =>
  (row: Row): number =>
    row[of].parley[what] / row[of].bound[what]

function worstAndEach(
  metric: string,
  rows: readonly Row[],
  value: (row: Row) => number,
  bar?: string,
  unit = 'ratio',
): readonly Figure[] {
  const worst = { metric, value: Math.max(...rows.map(value)), unit }
  return [
    bar === undefined ? worst : { ...worst, bar },
    ...rows.map((row) => ({ metric: `${metric}.${row.subject.name}`, value: value(row), unit })),
  ]
}

/** The figures behind the ratios, and those of the common policies. */
function details(
  live: '1' | '20',
  { name }: Subject,
  { bound: least, parley: ours, baselines, replies }: Outcome,
): readonly Figure[] {
  const of = (who: string, { mean, p95, writes, refused }: Measured): readonly Figure[] => [
    { metric: `staleness_mean_${live}.${name}.${who}`, value: mean, unit: 'ms', inTable: true },
    { metric: `staleness_p95_${live}.${name}.${who}`, value: p95, unit: 'ms', inTable: true },
    {
      metric: `writes_per_reply_${live}.${name}.${who}`,
      value: writes / replies,
      unit: 'writes',
      inTable: true,
    },
    { metric: `refused_${live}.${name}.${who}`, value: refused, unit: 'writes', inTable: true },
  ]
  return [
    { metric: `staleness_mean_${live}.${name}.bound`, value: least.mean, unit: 'ms', inTable: true },
    ...(Number.isNaN(least.p95)
      ? []
      : [
          {
            metric: `staleness_p95_${live}.${name}.bound`,
            value: least.p95,
            unit: 'ms',
            inTable: true as const,
          },
        ]),
    ...of('parley', ours),
    ...baselines.flatMap((baseline, nth) => of((BASELINES[nth]?.name ?? '').replaceAll(' ', '_'), baseline)),
  ]
}

/** One platform: staleness in milliseconds, writes a reply, and writes that the platform refused. */
function table(live: '1' | '20', { subject, one, twenty }: Row): readonly string[] {
  const { bound: least, parley: ours, baselines, replies } = live === '1' ? one : twenty
  const cell = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(0)).padStart(9)
  const line = (who: string, { mean, p95, writes, refused }: Measured): string =>
    `${who.padEnd(34)}${cell(mean)}${cell(p95)}${cell(writes / replies)}${cell(refused)}`
  const unknown = { writes: Number.NaN, refused: Number.NaN }
  return [
    '',
    `${`${subject.name}, ${live} live`.padEnd(34)}     mean      p95   writes  refused`,
    line('  lower bound', { ...least, ...unknown }),
    line('  parley', ours),
    ...baselines.map((baseline, nth) => line(`  an edit ${BASELINES[nth]?.name ?? ''}`, baseline)),
  ]
}
