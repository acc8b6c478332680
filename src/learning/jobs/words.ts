import type { JobState, ModelArtifact } from '#core/learning/engine.ts'

/** How people say what state a job is in, behind "the job". */
export const STATES: Readonly<Record<JobState, string>> = {
  queued: 'is not begun yet',
  running: 'is running',
  succeeded: 'has succeeded',
  failed: 'has failed',
  cancelled: 'was cancelled',
  lost: 'is lost',
}

/** How people say what came of a job. */
export const KINDS_OF_MODEL: Readonly<Record<ModelArtifact['kind'], string>> = {
  policy: 'policy',
  'reward-model': 'reward model',
}
