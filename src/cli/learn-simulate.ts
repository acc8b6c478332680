import { access, constants, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { openTrainer } from '#core/learning/local/open.ts'
import type { Trainer } from '#core/learning/local/trainer.ts'
import {
  missedByRounds,
  missedBySeed,
  missedBySweep,
  type Summary,
  summaryOf,
} from '#core/learning/simulate/bars.ts'
import { CI, FULL, type Watch } from '#core/learning/simulate/loop.ts'
import { picture } from '#core/learning/simulate/picture.ts'
import { reportOf, sweepReportOf } from '#core/learning/simulate/report.ts'
import { CI_ROUNDS, type SeedReport, simulate, sweep, USUAL_BETA } from '#core/learning/simulate/run.ts'

export const SIMULATE_USAGE = `  simulate               the whole loop on a planted truth: does learning from rankings work here
    --ci                   smaller, about two minutes; exit code 1 when a bar is missed
    --seed <n>             1 when left out
    --rounds <n>           sample from the policy of the round before and learn again; 1 when left out
    --beta <b>             weight of the KL penalty; ${USUAL_BETA} when left out
    --all                  three seeds, two rounds and a sweep over beta, as \`npm run simulate\` does
    --json                 one object as the last line
    --picture <file>       curves, as SVG
`
const NOT_UNDERSTOOD = 2
const CI_SEEDS = [1, 2, 3]
const SWEPT = [0, USUAL_BETA, 0.2, 0.5]

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const OPTIONS = {
  ...{ seed: text, rounds: text, beta: text, picture: text, engine: text },
  ...{ ci: flag, all: flag, json: flag },
} as const

/** What a run needs of the world, so that tests can give another. */
export interface Surroundings {
  readonly open: () => Promise<Trainer>
  readonly out: (words: string) => void
  readonly err: (words: string) => void
}

const REAL: Surroundings = {
  // This process does nothing else: what computes for seconds holds nobody up.
  open: openTrainer,
  out: (words) => void process.stdout.write(words),
  err: (words) => void process.stderr.write(words),
}

/** `parley learn simulate`. @throws LearningError, ConfigError */
export async function simulateVerb(args: readonly string[]): Promise<number> {
  return await runSimulation(args, 1, REAL)
}

/** `parley learn iterate` without people: two rounds when nobody says how many. @throws LearningError, ConfigError */
export async function iterateVerb(args: readonly string[]): Promise<number> {
  return await runSimulation(args, 2, REAL)
}

/** @param usualRounds when nobody says how many. @throws LearningError, ConfigError */
export async function runSimulation(
  args: readonly string[],
  usualRounds: number,
  surroundings: Surroundings,
): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const { out, err } = surroundings
  if (values.engine !== undefined && values.engine !== 'local') {
    err(`The planted world is learned by the engine local.\n\nUsage: parley learn <what>\n${SIMULATE_USAGE}`)
    return NOT_UNDERSTOOD
  }
  const [seed, rounds] = [whole('--seed', values.seed, 1), whole('--rounds', values.rounds, usualRounds)]
  const beta = betaOf(values.beta)
  if (values.picture !== undefined) await mayWrite(values.picture)
  const shop = await openShop(surroundings)
  if (values.all) return told(await everything(shop, out), err)
  const small = rounds > 1 ? CI_ROUNDS : CI
  const report = await timed(shop, { seed, rounds, beta, extent: values.ci ? small : FULL })
  // Whoever asked for an object gets nothing else on standard output.
  const show = values.json ? err : out
  show(reportOf([report]))
  if (values.picture !== undefined) await writeFile(values.picture, picture(report))
  const summary: Summary = summaryOf(report)
  if (values.json) out(`${JSON.stringify(summary)}\n`)
  return values.ci ? told([...missedBySeed(summary), ...missedByRounds(report)], err) : 0
}

interface Shop {
  readonly trainer: Trainer
  readonly signal: AbortSignal
  readonly watch: (name: string) => Watch
  readonly err: (words: string) => void
}

async function openShop({ open, err }: Surroundings): Promise<Shop> {
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort(new LearningError('Stopped.')))
  return { trainer: await open(), signal: stopping.signal, watch: watchOf(err), err }
}

/** What `npm run simulate` shows. @returns the bars that are missed. */
async function everything(shop: Shop, out: (words: string) => void): Promise<readonly string[]> {
  const { trainer, signal, watch } = shop
  const reports: SeedReport[] = []
  for (const seed of CI_SEEDS) {
    reports.push(await timed(shop, { seed, rounds: 1, beta: USUAL_BETA, extent: CI }))
  }
  out(`${reportOf(reports)}\n`)
  const twice = await timed(shop, { seed: 1, rounds: 2, beta: USUAL_BETA, extent: CI_ROUNDS })
  out(`${reportOf([twice])}\n`)
  const points = await sweep({ trainer, seed: 1, extent: CI, signal, watch: watch('sweep') }, SWEPT)
  out(sweepReportOf(points))
  return [
    ...reports.map(summaryOf).flatMap(missedBySeed),
    ...missedByRounds(twice),
    ...missedBySweep(points, USUAL_BETA),
  ]
}

type Size = Pick<Parameters<typeof simulate>[0], 'seed' | 'rounds' | 'beta' | 'extent'>

async function timed({ trainer, signal, watch, err }: Shop, size: Size): Promise<SeedReport> {
  const name = `seed ${size.seed}`
  const began = performance.now()
  const report = await simulate({ trainer, signal, watch: watch(name), ...size })
  err(`${name}  took ${Math.round((performance.now() - began) / 1000)} s\n`)
  return report
}

function told(missed: readonly string[], err: (words: string) => void): number {
  for (const sentence of missed) err(`${sentence}\n`)
  return missed.length === 0 ? 0 : 1
}

/** A line at every quarter of a stage: enough to see that it goes on. */
const watchOf =
  (err: (words: string) => void) =>
  (name: string): Watch =>
  (stage, step, total, figures) => {
    const quarter = Math.ceil(total / 4)
    if (step > 1 && step < total && step % quarter !== 0) return
    const shown = Object.entries(figures).map(([key, value]) => `${key} ${value.toFixed(3)}`)
    err(`${[name, `${stage} ${step}/${total}`, ...shown].join('  ')}\n`)
  }

function whole(key: string, given: string | undefined, usual: number): number {
  const value = given === undefined ? usual : Number(given)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new ConfigError(key, { got: given, expected: 'a whole number from 1', fix: `Use ${key} ${usual}.` })
}

/** Known before two minutes of training are gone. @throws ConfigError */
async function mayWrite(picture: string): Promise<void> {
  await access(dirname(resolve(picture)), constants.W_OK).catch(() => {
    throw new ConfigError('--picture', {
      got: picture,
      expected: 'a file in a folder that is there and can be written',
      fix: 'Use --picture curves.svg.',
    })
  })
}

function betaOf(given: string | undefined): number {
  const value = given === undefined ? USUAL_BETA : Number(given === '' ? Number.NaN : given)
  if (Number.isFinite(value) && value >= 0) return value
  throw new ConfigError('--beta', {
    got: given,
    expected: 'a number from 0',
    fix: `Use --beta ${USUAL_BETA}.`,
  })
}
