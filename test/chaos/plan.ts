/** What people will do, drawn from a seed before anything runs. Pure. */
import { type Draw, drawFrom } from '#core/feedback/seeded-draw.ts'

export interface ChaosSettings {
  readonly seed: string
  readonly store: 'sqlite' | 'postgres'
  /** How many Parley processes serve at once. */
  readonly replicas: number
  readonly platforms: readonly ('slack' | 'discord')[]
  readonly threads: number
  readonly questionsPerThread: number
  /** Threads in which people talk at the same time. */
  readonly atOnce: number
  /** Between two kills, on average; and between two other faults. Milliseconds. */
  readonly killEveryMs: number
  readonly faultEveryMs: number
  /** Nothing more is asked after this. */
  readonly atMostMs: number
}

/** When a question is asked, seen from the one before it. */
export interface PlannedQuestion {
  readonly afterMs: number
  /** Its author reads the answer to the one before it first; otherwise it may come in between. */
  readonly waits: boolean
  /** The platform delivers it again, some time later. */
  readonly again: boolean
}

const LONGEST_PAUSE_MS = 400
const WAITING_IN_HUNDRED = 70
/** Beside what the way to Parley repeats by itself. */
const AGAIN_IN_HUNDRED = 6

export function planOf({
  seed,
  threads,
  questionsPerThread,
}: ChaosSettings): readonly (readonly PlannedQuestion[])[] {
  const draw = drawFrom(`${seed}: people`)
  return Array.from({ length: threads }, () =>
    Array.from({ length: questionsPerThread }, () => plannedQuestion(draw)),
  )
}

const plannedQuestion = (draw: Draw): PlannedQuestion => ({
  afterMs: draw(LONGEST_PAUSE_MS),
  waits: draw(100) < WAITING_IN_HUNDRED,
  again: draw(100) < AGAIN_IN_HUNDRED,
})
