import { parseArgs } from 'node:util'
import { ConfigError } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'

export const SIMULATE_USAGE = `  simulate               the whole loop on a planted truth: does learning from rankings work here
    --ci                   smaller, about two minutes; exit code 1 when a bar is missed
    --seed <n>             1 when left out
    --rounds <n>           sample from the policy of the round before and learn again; 1 when left out
    --beta <b>             weight of the KL penalty; .05 when left out
    --all                  three seeds, a sweep over beta and two rounds, as \`npm run simulate\` does
    --json                 one object as the last line
    --picture <file>       curves, as SVG
`
const NOT_UNDERSTOOD = 2
const CI_SEEDS = [1, 2, 3]
const SWEPT = [0, 0.05, 0.2, 0.5]

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const OPTIONS = {
  ...{ seed: text, rounds: text, beta: text, picture: text, engine: text },
  ...{ ci: flag, all: flag, json: flag },
} as const

/** `parley learn simulate`: this process does nothing else, and ends. */
export async function simulateVerb(args: readonly string[]): Promise<number> {
  return run(args, 1)
}

/** `parley learn iterate`: the same, with two rounds when nobody says how many. */
export async function iterateVerb(args: readonly string[]): Promise<number> {
  return run(args, 2)
}

async function run(args: readonly string[], usualRounds: number): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.engine !== undefined && values.engine !== 'local') {
    process.stderr.write(`The planted world is learned by the engine local.\n${SIMULATE_USAGE}`)
    return NOT_UNDERSTOOD
  }
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort(new LearningError('Stopped.')))
  const { openTrainer } = await import('#core/learning/local/open.ts')
  const { CI, FULL } = await import('#core/learning/simulate/loop.ts')
  const { CI_ROUNDS, simulate, sweep, USUAL_BETA } = await import('#core/learning/simulate/run.ts')
  const bars = await import('#core/learning/simulate/bars.ts')
  const { reportOf, sweepReportOf } = await import('#core/learning/simulate/report.ts')
  const trainer = await openTrainer()
  const { signal } = stopping
  const show = (words: string) => (values.json ? process.stderr : process.stdout).write(words)
  const seeds = async (seed: number, rounds: number, beta: number, isSmall: boolean) => {
    const small = rounds > 1 ? CI_ROUNDS : CI
    const extent = isSmall ? small : FULL
    const began = performance.now()
    const watch = watchOf(`seed ${seed}`)
    const report = await simulate({ trainer, seed, rounds, beta, extent, signal, watch })
    process.stderr.write(`seed ${seed}  took ${Math.round((performance.now() - began) / 1000)} s\n`)
    return report
  }
  if (values.all) {
    const reports = []
    for (const seed of CI_SEEDS) reports.push(await seeds(seed, 1, USUAL_BETA, true))
    show(`${reportOf(reports)}\n`)
    const twice = await seeds(1, 2, USUAL_BETA, true)
    show(`${reportOf([twice])}\n`)
    const points = await sweep({ trainer, seed: 1, extent: CI, signal, watch: watchOf('sweep') }, SWEPT)
    show(sweepReportOf(points))
    const missed = [
      ...reports.map(bars.summaryOf).flatMap(bars.missedBySeed),
      ...bars.missedByRounds(twice),
      ...bars.missedBySweep(points, USUAL_BETA),
    ]
    return told(missed)
  }
  const [seed, rounds] = [whole('--seed', values.seed, 1), whole('--rounds', values.rounds, usualRounds)]
  const report = await seeds(seed, rounds, betaOf(values.beta, USUAL_BETA), values.ci)
  show(reportOf([report]))
  if (values.picture !== undefined) {
    const { picture } = await import('#core/learning/simulate/picture.ts')
    const { writeFile } = await import('node:fs/promises')
    await writeFile(values.picture, picture(report))
  }
  const summary = bars.summaryOf(report)
  if (values.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
  return values.ci ? told([...bars.missedBySeed(summary), ...bars.missedByRounds(report)]) : 0
}

function told(missed: readonly string[]): number {
  for (const sentence of missed) process.stderr.write(`${sentence}\n`)
  return missed.length === 0 ? 0 : 1
}

/** A line at every quarter of a stage: enough to see that it goes on. */
const watchOf =
  (name: string) =>
  (stage: string, step: number, total: number, figures: Readonly<Record<string, number>>): void => {
    const quarter = Math.ceil(total / 4)
    if (step > 1 && step < total && step % quarter !== 0) return
    const shown = Object.entries(figures).map(([key, value]) => `${key} ${value.toFixed(3)}`)
    process.stderr.write(`${[name, `${stage} ${step}/${total}`, ...shown].join('  ')}\n`)
  }

function whole(key: string, given: string | undefined, usual: number): number {
  const value = given === undefined ? usual : Number(given)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new ConfigError(key, { got: given, expected: 'a whole number from 1', fix: `Use ${key} ${usual}.` })
}

function betaOf(given: string | undefined, usual: number): number {
  const value = given === undefined ? usual : Number(given === '' ? Number.NaN : given)
  if (Number.isFinite(value) && value >= 0) return value
  throw new ConfigError('--beta', { got: given, expected: 'a number from 0', fix: `Use --beta ${usual}.` })
}
