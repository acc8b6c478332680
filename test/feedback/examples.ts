import { recordId } from '#core/feedback/record-id.ts'
import type { ComparisonTask } from '#core/feedback/tasks.ts'

/** A task that is ready to be ranked. */
export function exampleTask(more: Partial<ComparisonTask> = {}): ComparisonTask {
  const texts = ['First answer.', 'Second answer.', 'Third answer.', 'Fourth answer.']
  return {
    schema: 1,
    id: recordId(1_000, 'example'),
    at: 1_000,
    provenance: 'slack',
    reply: 'r1',
    thread: 'slack:T1:C1:1.0',
    question: 'what is a monad?',
    prompt: [
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'Alice: what is a monad?' },
    ],
    candidates: texts.map((text, nth) => ({ id: `c${nth}`, text, at: 900 })),
    sampledBy: 'person',
    seed: 'seed-1',
    wanted: 4,
    raters: 1,
    state: 'ready',
    speakers: [],
    ...more,
  }
}
