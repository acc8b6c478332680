/**
 * How training goes, for people to look at. Types only and free of Node, so that a browser's page can import them.
 * Times are milliseconds since the epoch.
 */
import type { EngineName, JobState, Stage } from '#core/learning/engine.ts'

export interface TrainingView {
  /** The newest first, and no more than a page can show. */
  readonly runs: readonly RunView[]
  /** How many more there are. */
  readonly older: number
}

export interface RunView {
  readonly id: string
  readonly engine: EngineName
  readonly stage: Stage
  readonly state: JobState
  readonly createdAt: number
  readonly progress: { readonly done: number; readonly total: number; readonly unit: string } | null
  /** One for each figure it told that is drawn, in the order of `CURVES`. */
  readonly curves: readonly Curve[]
}

export interface Curve {
  readonly name: CurveName
  /** At least one, by step. Of a long run not all are here; the first and the last always are. */
  readonly points: readonly { readonly step: number; readonly value: number }[]
}

export type CurveName = 'loss' | 'reward' | 'kl' | 'accuracy'
