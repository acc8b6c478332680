/** The desks of the core as adapters see them, in memory: what was asked for is kept, what is answered can be set. */
import type { Ballot, ComparisonDesk, ComparisonRequest, Ranking } from '#core/feedback/comparison-desk.ts'
import type { Correction, CorrectionDraft, FeedbackDesk, Outcome, Reason } from '#core/feedback/desk.ts'
import type { Insights } from '#core/feedback/insights/view.ts'
import type { TrainingView } from '#core/learning/jobs/view.ts'
import type { PersonRef } from '#core/person.ts'
import type { PrivacyDesk, PrivacyView } from '#core/safety/privacy-desk.ts'
import { type RecordingConsole, recordingConsole } from './recording-console.ts'

export interface RecordingDesks extends Pick<RecordingConsole, 'console' | 'dialogues'> {
  readonly feedback: FeedbackDesk
  readonly comparisons: ComparisonDesk
  readonly privacy: PrivacyDesk
  insights(): Promise<Insights>
  training(): Promise<TrainingView>
  readonly reasons: readonly Reason[]
  readonly corrections: readonly Correction[]
  readonly comparisonRequests: readonly ComparisonRequest[]
  readonly rankings: readonly Ranking[]
  readonly consents: readonly { readonly person: PersonRef; readonly training: boolean }[]
  readonly erased: readonly PersonRef[]
  /** What is answered from now on. */
  deskAnswers: {
    replyShownBy: string | undefined
    outcome: Outcome
    draft: CorrectionDraft | { readonly say: string }
    task: { readonly task: string } | { readonly say: string }
    ballot: Ballot | { readonly say: string }
    view: PrivacyView
    insights: Insights | Error
    training: TrainingView | Error
    /** When set, a ballot waits for it, as one does whose answers are still being drawn. */
    ballotReady?: Promise<void>
    /** When set, what people say is recorded no sooner than that. */
    recorded?: Promise<void>
    /** When set, every desk throws it: the store is down. */
    fault?: Error
  }
}

/** Before anybody has said anything. */
export const NO_INSIGHTS: Insights = {
  at: Date.UTC(2026, 10, 23, 9),
  votes: {
    ...{ good: 0, bad: 0, share: null, replies: 0, raters: 0, retracted: 0 },
    overTime: { unit: 'day', periods: [] },
    ...{ byModel: [], byPromptVersion: [], byPlatform: [], agreement: null, alpha: null },
  },
  reasons: [],
  demonstrations: { draft: 0, submitted: 0, reviewed: 0, rejected: 0, corrections: 0 },
  rankings: {
    ...{ tasks: 0, rankings: 0, raters: 0, allBad: 0, agreement: null, tau: null, consistency: null },
    alpha: { nominal: null, ordinal: null, interval: null },
    ...{ position: null, length: null },
    bounds: { agreement: 0.726, tentative: 0.667, reliable: 0.8 },
  },
}

export function recordingDesks(): RecordingDesks {
  const reasons: Reason[] = []
  const corrections: Correction[] = []
  const comparisonRequests: ComparisonRequest[] = []
  const rankings: Ranking[] = []
  const consents: { person: PersonRef; training: boolean }[] = []
  const erased: PersonRef[] = []
  const deskAnswers: RecordingDesks['deskAnswers'] = {
    replyShownBy: 'reply-1',
    outcome: { ok: true },
    draft: { reply: 'reply-1', version: 'v1', text: 'An answer.' },
    task: { task: 'task-1' },
    ballot: {
      task: 'task-1',
      question: 'What is a monad?',
      answers: ['A', 'B', 'C', 'D'].map((slot) => ({ slot, text: `Answer ${slot}.` })),
    },
    view: { consent: { training: false, since: undefined }, kept: [{ what: 'messages', count: 2 }] },
    insights: NO_INSIGHTS,
    training: { runs: [], older: 0 },
  }
  const up = () => {
    if (deskAnswers.fault !== undefined) throw deskAnswers.fault
  }
  const recording = async () => {
    await deskAnswers.recorded
    up()
  }
  const answering = async <T>(answer: () => T): Promise<T> => {
    up()
    return answer()
  }
  const { console, dialogues } = recordingConsole()
  return {
    ...{ reasons, corrections, comparisonRequests, rankings, consents, erased, deskAnswers },
    ...{ console, dialogues },
    feedback: {
      replyShownBy: () => answering(() => deskAnswers.replyShownBy),
      explain: async (reason) => {
        await recording()
        if (deskAnswers.outcome.ok && !reasons.some(({ id }) => id === reason.id)) reasons.push(reason)
        return deskAnswers.outcome
      },
      draft: () => answering(() => deskAnswers.draft),
      correct: async (correction) => {
        await recording()
        if (deskAnswers.outcome.ok && !corrections.some(({ id }) => id === correction.id))
          corrections.push(correction)
        return deskAnswers.outcome
      },
    },
    comparisons: {
      begin: async (request) => {
        up()
        if (!comparisonRequests.some(({ id }) => id === request.id)) comparisonRequests.push(request)
        return deskAnswers.task
      },
      ballot: async () => {
        await deskAnswers.ballotReady
        up()
        return deskAnswers.ballot
      },
      rank: async (ranking) => {
        await recording()
        if (deskAnswers.outcome.ok && !rankings.some(({ id }) => id === ranking.id)) rankings.push(ranking)
        return deskAnswers.outcome
      },
      queue: async () => [{ task: 'task-1', question: 'What is a monad?' }],
    },
    insights: async () => {
      if (deskAnswers.insights instanceof Error) throw deskAnswers.insights
      return deskAnswers.insights
    },
    training: async () => {
      if (deskAnswers.training instanceof Error) throw deskAnswers.training
      return deskAnswers.training
    },
    privacy: {
      view: () => answering(() => deskAnswers.view),
      export: async function* () {
        up()
        yield '{"what":"message","text":"hello"}\n'
      },
      erase: async (person) => {
        up()
        erased.push(person)
        return 2
      },
      consent: async (person, training) => {
        up()
        consents.push({ person, training })
      },
    },
  }
}
