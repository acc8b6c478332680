/** `parley feedback stats` and `export` on a large ledger: how long, and how much more memory than on a small one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Figure, median } from '../figures.ts'
import { seedLedger } from './seed.ts'

const LARGE = 100_000
/** A tenth: what a process needs anyway, compiled code and a warm heap included, is in it. */
const SMALL = 10_000
const RUNS = 5

interface Run {
  readonly ms: number
  readonly mebibytes: number
}

export async function feedback(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  const [small, large] = ['small', 'large'].map((name) => `sqlite:${join(folder, `${name}.sqlite`)}`)
  if (small === undefined || large === undefined) throw new Error('two were named')
  try {
    await seedLedger(small, SMALL)
    await seedLedger(large, LARGE)
    const stats = await compare(['feedback', 'stats', '--json'], small, large)
    const exported = await compare(['feedback', 'export'], small, large)
    return [
      { metric: 'feedback_stats_ms_100k', value: stats.ms, unit: 'ms', bar: 'below 2000' },
      { metric: 'feedback_stats_rss_growth_mb', value: stats.growth, unit: 'MiB', bar: 'flat' },
      { metric: 'feedback_export_ms_100k', value: exported.ms, unit: 'ms' },
      { metric: 'feedback_export_rss_growth_mb', value: exported.growth, unit: 'MiB', bar: 'flat' },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs alternate, so that a slow minute of the machine falls on both; the first of each warms the disk. */
async function compare(
  args: readonly string[],
  small: string,
  large: string,
): Promise<{ readonly ms: number; readonly growth: number }> {
  const runs: { small: Run; large: Run }[] = []
  for (let nth = 0; nth <= RUNS; nth += 1) {
    const both = { small: await measure(args, small), large: await measure(args, large) }
    if (nth > 0) runs.push(both)
  }
  return {
    ms: median(runs.map((run) => run.large.ms)),
    growth: median(runs.map((run) => run.large.mebibytes)) - median(runs.map((run) => run.small.mebibytes)),
  }
}

/** The whole command, from its start to its end. */
async function measure(args: readonly string[], store: string): Promise<Run> {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PARLEY_STORE: store }
  const began = performance.now()
  const node = ['--disable-warning=ExperimentalWarning', '--import', './test/bench/feedback/say-memory.mjs']
  const child = spawn(process.execPath, [...node, 'src/parley.js', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.resume()
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  const ms = performance.now() - began
  const figure = /"maxRssKiB":(\d+)/.exec(said)?.[1]
  if (code !== 0 || figure === undefined) throw new Error(`parley ${args.join(' ')} failed: ${said}`)
  return { ms, mebibytes: Number(figure) / 1_024 }
}
