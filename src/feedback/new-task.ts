import type { Prompt } from '#core/model/model.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { Candidate } from '#core/store/transcripts.ts'
import { USUAL_ANSWERS } from './comparison-desk.ts'
import type { JudgedReply } from './judged-reply.ts'
import { provenanceOf } from './provenance.ts'
import { isNew } from './sampler.ts'
import { drawFrom } from './seeded-draw.ts'
import type { ComparisonTask, TaskCandidate } from './tasks.ts'

/** One task in ten is ranked by two people, so that their agreement can be known; the others by one. */
const SHARED_ONE_IN = 10

export interface TaskOrigin {
  readonly id: string
  readonly at: number
  readonly wanted?: number
  /** Set for a reply that was drawn at random (rule F5). */
  readonly draw?: { readonly seed: string; readonly populationSize: number }
}

/**
 * A task about a reply: the answer that stands first, then the newest of its earlier alternatives. The rest is drawn.
 * Its own seed is its name, which nobody chooses and everybody can read off the record.
 */
export function newTask(judged: JudgedReply, origin: TaskOrigin, pseudonyms: Pseudonyms): ComparisonTask {
  const { reply, thread, platform, question, prompt, speakers } = judged
  const { id, at, wanted = USUAL_ANSWERS, draw } = origin
  const candidates = existingAnswers(judged, wanted)
  return {
    ...{ schema: 1, id, at, provenance: provenanceOf(platform), reply, thread, question },
    prompt: messagesOf(prompt),
    candidates,
    sampledBy: draw === undefined ? 'person' : 'uniform',
    seed: id,
    ...(draw === undefined ? {} : { populationSize: draw.populationSize, drawSeed: draw.seed }),
    wanted,
    raters: drawFrom(`${id}/raters`)(SHARED_ONE_IN) === 0 ? 2 : 1,
    state: candidates.length === wanted ? 'ready' : 'sampling',
    speakers: speakers.map((person) => pseudonyms.of(person)),
  }
}

/** Whether there are words to compare. */
export const canBeCompared = ({ answer }: JudgedReply): boolean => isComplete(answer)

/** What broke off or failed is no answer to learn from. */
const isComplete = ({ outcome, text }: Candidate): boolean =>
  (outcome === 'answered' || outcome === 'refused') && text.trim() !== ''

/** Alternatives from before an edit were to another prompt. */
function existingAnswers(
  { answer, alternatives, changedAt = 0 }: JudgedReply,
  wanted: number,
): readonly TaskCandidate[] {
  const found: TaskCandidate[] = []
  const earlier = alternatives.filter((each) => isComplete(each) && each.at >= changedAt).toReversed()
  for (const { id, text, at, made } of [answer, ...earlier]) {
    if (found.length === wanted) break
    if (isNew(text, found)) found.push({ id, text, at, ...(made === undefined ? {} : { made }) })
  }
  return found
}

export type PromptMessage = ComparisonTask['prompt'][number]

export const messagesOf = ({ system, turns }: Prompt): readonly PromptMessage[] => [
  { role: 'system', content: system },
  ...turns,
]

/** The other way round, to draw one more answer to exactly that prompt. */
export function promptOf(messages: readonly PromptMessage[]): Prompt {
  const turns = messages.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }]))
  return { system: messages.find(({ role }) => role === 'system')?.content ?? '', turns }
}
