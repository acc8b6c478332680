import { expect, test } from 'vitest'
import type { Metric } from '#core/learning/engine.ts'
import { curvesOf, trainingView } from '#core/learning/jobs/curves.ts'
import { jobsIn } from '#core/learning/jobs/jobs.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { folder, specOf } from './given.ts'

async function* told(metrics: Iterable<Metric>): AsyncGenerator<Metric> {
  yield* metrics
}

test('the figures that are drawn, each by step; a long run is thinned, its ends stay', async () => {
  const metrics = Array.from({ length: 1_000 }, (_, nth) => ({
    ...{ step: nth + 1, at: 0 },
    values: { loss: 1 / (nth + 1), lengths: 7, ...(nth % 500 === 499 ? { accuracy: 0.7 } : {}) },
  }))
  const [loss, accuracy, ...others] = await curvesOf(told(metrics))
  expect(loss).toMatchObject({ name: 'loss' })
  expect(loss?.points).toHaveLength(120)
  expect([loss?.points[0], loss?.points.at(-1)]).toEqual([
    { step: 1, value: 1 },
    { step: 1_000, value: 0.001 },
  ])
  expect(accuracy).toEqual({ name: 'accuracy', points: [500, 1_000].map((step) => ({ step, value: 0.7 })) })
  expect(others).toEqual([])
})

test('the newest runs come first, each with its true state; nothing of a machine is told', async () => {
  const runs = folder()
  for (let nth = 1; nth <= 8; nth += 1) {
    const run = await RunDirectory.create(runs, specOf({}, { id: `job-${nth}`, createdAt: nth }))
    // Of a process that cannot be: numbers end far below.
    if (nth === 8) await run.setStatus({ state: 'running', external: 'process:999999999:1@0', updatedAt: 8 })
    await run.addMetric({ step: 1, at: 1, values: { loss: nth } })
  }
  const view = await trainingView(jobsIn({ runs, now: () => 9 }))
  expect(view.older).toBe(2)
  expect(view.runs.map(({ id }) => id)).toEqual(['job-8', 'job-7', 'job-6', 'job-5', 'job-4', 'job-3'])
  expect(view.runs[0]).toEqual({
    ...{ id: 'job-8', engine: 'local', stage: 'sft', state: 'lost', createdAt: 8, progress: null },
    curves: [{ name: 'loss', points: [{ step: 1, value: 8 }] }],
  })
  expect(view.runs[1]).toMatchObject({ state: 'queued' })
  expect(JSON.stringify(view)).not.toContain(runs)
})

test('where nothing was ever trained there is nothing to show', async () => {
  expect(await trainingView(jobsIn({ runs: `${folder()}/none`, now: () => 1 }))).toEqual({
    runs: [],
    older: 0,
  })
})
