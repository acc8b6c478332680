/**
 * Replies as something to be judged: what was said, to exactly which prompt, and one more answer to it on demand.
 * What feedback knows of the dialogue (rules F4, T5, T6); `Replies` in src/feedback/judged-reply.ts is the contract.
 */
import { randomUUIDv7 } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, Prompt, Sampling } from '#core/model/model.ts'
import type { PersonRef } from '#core/person.ts'
import { versionOf } from '#core/store/answer-version.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import type { AssistantMessage, Candidate, Message, Transcripts } from '#core/store/transcripts.ts'
import { complete } from './completion.ts'
import { buildPrompt } from './prompt.ts'
import { systemPrompt } from './system-prompt.ts'
import type { SystemPrompts } from './system-prompts.ts'

export interface RepliesDeps {
  readonly transcripts: Transcripts
  readonly shownReplies: ShownReplies
  readonly model: LanguageModel
  readonly sampling: Sampling
  readonly systemPrompts: SystemPrompts
  readonly clock: Clock
}

interface Judged {
  readonly reply: string
  readonly thread: string
  readonly platform: string
  readonly answer: Candidate
  readonly version: string
  readonly alternatives: readonly Candidate[]
  readonly prompt: Prompt
  readonly changedAt?: number
  readonly speakers: readonly PersonRef[]
  readonly askedBy: readonly PersonRef[]
  readonly question: string
}

const SAMPLE_ARM = 'comparison'

export function createReplies(deps: RepliesDeps) {
  const { transcripts, shownReplies, model, sampling, systemPrompts, clock } = deps
  return {
    async find(reply: string): Promise<Judged | 'unknown' | 'deleted'> {
      const shown = await shownReplies.placeOf(reply)
      if (shown === undefined) return 'unknown'
      const { thread, platform } = shown
      const stands = await transcripts.find(thread, reply)
      if (stands === undefined) return 'unknown'
      if (stands.role !== 'assistant') return 'deleted'
      const every = [...(stands.alternatives ?? []), candidateOf(stands)]
      const answer = every.find(({ id }) => id === reply) ?? candidateOf(stands)
      if (answer.made === undefined) return 'unknown'
      const system = await systemPrompts.textOf(answer.made.promptVersion)
      if (system === undefined) return 'unknown'
      const { first, end } = answer.made.prompt
      const asked = (await transcripts.range(thread, first, end)).filter(({ id }) => id !== stands.id)
      const questions = newestQuestions(asked)
      if (questions.length === 0 || knewSomebodyErased(asked, answer)) return 'deleted'
      return {
        ...{ reply, thread, platform, answer },
        version: versionOf(answer.text),
        alternatives: every.filter(({ id }) => id !== answer.id),
        prompt: buildPrompt(system, asked),
        ...changeOf(asked),
        speakers: people(platform, asked),
        askedBy: people(platform, questions),
        question: questions.map(({ text }) => text).join('\n\n'),
      }
    },

    /** @throws ModelError */
    async sample(
      judged: Pick<Judged, 'prompt' | 'thread' | 'answer'>,
      signal: AbortSignal,
    ): Promise<Candidate> {
      const { prompt, thread, answer } = judged
      const never = new AbortController().signal
      const completion = await complete({
        ...{ model, prompt, sampling, cacheKey: thread, signal, stop: never, clock },
        onText: () => {},
      })
      switch (completion.ended) {
        case 'failed':
          throw completion.error
        case 'stopped':
          throw new ModelError('aborted', 'the request was cancelled')
        case 'answered':
        case 'refused':
          return {
            id: randomUUIDv7(),
            text: completion.text,
            at: clock.now(),
            outcome: completion.ended,
            made: {
              model: completion.model,
              promptVersion: systemPrompt(prompt.system).version,
              sampling: { ...sampling },
              arm: SAMPLE_ARM,
              prompt: answer.made?.prompt ?? { first: 0, end: 0 },
              ...(completion.usage === undefined ? {} : { usage: completion.usage }),
            },
          }
      }
    },
  }
}

const candidateOf = ({ id, text, at, outcome, made, fault }: AssistantMessage): Candidate => ({
  ...{ id, text, at, outcome },
  ...(made === undefined ? {} : { made }),
  ...(fault === undefined ? {} : { fault }),
})

/** Its words may repeat what is gone, and nobody can say any more what exactly it answers (rule S3). */
const knewSomebodyErased = (asked: readonly Message[], { at }: Candidate): boolean =>
  asked.some((message) => message.role === 'deleted' && (message.erased ?? 0) > at)

function changeOf(asked: readonly Message[]): Pick<Judged, 'changedAt'> {
  const times = asked.flatMap((message) => ('changedAt' in message ? (message.changedAt ?? []) : []))
  return times.length === 0 ? {} : { changedAt: Math.max(...times) }
}

/** What the reply answers: people's messages since the assistant spoke last. */
function newestQuestions(messages: readonly Message[]) {
  const last = messages.findLastIndex(({ role }) => role === 'assistant')
  return messages.slice(last + 1).filter((message) => message.role === 'user')
}

function people(platform: string, messages: readonly Message[]): readonly PersonRef[] {
  const ids = messages.flatMap((message) => (message.role === 'user' ? [message.speaker.id] : []))
  return [...new Set(ids)].map((id) => ({ platform, id }))
}
