import type { Metric } from '#core/learning/engine.ts'
import type { Jobs } from './jobs.ts'
import type { RunDirectory } from './run-directory.ts'
import { truthOf } from './truth.ts'
import type { Curve, CurveName, RunView, TrainingView } from './view.ts'

/** In the order in which people look at them. */
export const CURVES: readonly CurveName[] = ['loss', 'reward', 'kl', 'accuracy']
/** Runs on a page: what was tried lately. */
const MOST_RUNS = 6
/** Points of a curve: more than a picture has room for say nothing more. */
const MOST_POINTS = 120

/** The newest runs, as their directories tell them. */
export async function trainingView(jobs: Jobs): Promise<TrainingView> {
  const all = await jobs.all()
  const runs = await Promise.all(all.slice(0, MOST_RUNS).map(runView))
  return { runs, older: all.length - runs.length }
}

async function runView(run: RunDirectory): Promise<RunView> {
  const { id, engine, stage, createdAt } = await run.spec()
  const { state, progress = null } = await truthOf(run)
  return { id, engine, stage, state, createdAt, progress, curves: await curvesOf(run.metrics()) }
}

/** @param metrics by step, as they were told; each may have some of the figures. */
export async function curvesOf(metrics: AsyncIterable<Metric>): Promise<readonly Curve[]> {
  const points = new Map(CURVES.map((name) => [name, [] as { step: number; value: number }[]]))
  for await (const { step, values } of metrics)
    for (const [name, curve] of points) {
      const value = values[name]
      if (value !== undefined) curve.push({ step, value })
    }
  return CURVES.flatMap((name) => {
    const curve = thinned(points.get(name) ?? [])
    return curve.length === 0 ? [] : [{ name, points: curve }]
  })
}

/** Evenly chosen; the first and the last stay. */
function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= MOST_POINTS) return points
  const apart = (points.length - 1) / (MOST_POINTS - 1)
  return Array.from({ length: MOST_POINTS }, (_, nth) => points[Math.round(nth * apart)]).filter(
    (point): point is T => point !== undefined,
  )
}
