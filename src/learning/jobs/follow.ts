import { watch } from 'node:fs'
import type * as z from 'zod'
import type { Clock } from '#core/clock.ts'
import { type JobEvent, type JobStatus, metricSchema, sampleSchema } from '#core/learning/engine.ts'
import type { RunDirectory } from './run-directory.ts'
import { Tail } from './tail.ts'
import { hasEnded } from './truth.ts'

/** A killed process writes nothing that could be heard, and some file systems tell nobody: look now and then. */
const LOOK_MS = 500

export interface FollowDeps {
  /** The truth about the job. */
  readonly status: () => Promise<JobStatus>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Everything a run has told and tells, until its job has ended: the last event is the status it ended with. Ends
 * quietly when the signal aborts.
 */
export async function* follow(run: RunDirectory, deps: FollowDeps): AsyncGenerator<JobEvent> {
  const [log, metrics, samples] = [run.logPath, run.metricsPath, run.samplesPath].map(
    (path) => new Tail(path),
  )
  const changes = watched(run.path)
  try {
    let told = ''
    while (!deps.signal.aborted) {
      const changed = changes.next()
      // Before the lines: what it wrote before it ended is read after it was seen to have ended.
      const status = await deps.status()
      for await (const line of log?.lines() ?? []) yield { type: 'log', line }
      for await (const line of metrics?.lines() ?? []) {
        const metric = read(metricSchema, line)
        if (metric !== undefined) yield { type: 'metric', metric }
      }
      for await (const line of samples?.lines() ?? []) {
        const sample = read(sampleSchema, line)
        if (sample !== undefined) yield { type: 'sample', sample }
      }
      const now = JSON.stringify(status)
      if (now !== told) yield { type: 'status', status }
      told = now
      if (hasEnded(status)) return
      await soon(changed, deps)
    }
  } finally {
    changes.close()
  }
}

/** Resolves at the next change, after a while without one, or when the signal aborts. */
async function soon(changed: Promise<void>, { clock, signal }: FollowDeps): Promise<void> {
  const done = new AbortController()
  const waiting = clock.sleep(LOOK_MS, AbortSignal.any([signal, done.signal])).catch((error: unknown) => {
    if (!signal.aborted && !done.signal.aborted) throw error
  })
  await Promise.race([changed, waiting])
  done.abort()
}

function watched(folder: string): { next(): Promise<void>; close(): void } {
  let heard = Promise.withResolvers<void>()
  const watcher = watch(folder, () => {
    heard.resolve()
    heard = Promise.withResolvers()
  })
  // Some file systems cannot be watched; looking now and then is enough.
  watcher.on('error', () => watcher.close())
  return { next: () => heard.promise, close: () => watcher.close() }
}

/** A last line that breaks off was of a process that was killed. */
function read<T>(schema: z.ZodType<T>, line: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
