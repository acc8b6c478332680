import type { Demonstration } from '#core/feedback/demonstrations.ts'
import type { Finder, Found } from '../build.ts'
import type { Turn } from '../dataset.ts'
import { type Example, ownThread, type Source } from '../example.ts'
import { conversation, isPrompt } from './conversation.ts'
import { type FindReply, standing } from './standing.ts'

/** Nobody: what was imported has a licence and no trainer who could agree. */
export const NOBODY = 'import'

/**
 * Dialogues that trainers wrote, instruction data that was imported, and corrections. A correction is two examples:
 * the better reply, and that it is better than the one it corrects.
 */
export const demonstrations = (all: () => AsyncIterable<Demonstration>, find: FindReply): Finder =>
  async function* () {
    for await (const record of all())
      yield { source: sourceOf(record), examples: await examplesOf(record, find) }
  }

async function examplesOf(record: Demonstration, find: FindReply): Promise<Found['examples']> {
  if (record.status === 'draft' || record.status === 'rejected') return 'unfinished'
  const turns = conversation(record.messages.map(({ role, content }): Turn => ({ role, content })))
  const prompt = turns.slice(0, -1)
  const answer = turns.at(-1)
  if (answer?.role !== 'assistant' || !isPrompt(prompt)) return 'incomplete'
  const said = record.of === undefined ? undefined : await find(record.of.reply)
  const now = said === undefined ? 'stands' : standing(prompt, said)
  if (now !== 'stands') return now
  const origin = {
    ...{ source: sourceOf(record), record: record.id, at: record.at, provenance: record.provenance },
    since: typeof said === 'object' ? said.since : record.at,
    thread: record.thread ?? ownThread(record.id),
    people: [...new Set([record.trainer, ...record.speakers])]
      .filter((person) => person !== NOBODY)
      .toSorted(),
    made: [],
  }
  const dialogue: Example = { ...origin, is: 'dialogue', prompt: [...prompt], answer: answer.content }
  const original = record.of === undefined ? undefined : record.messages.at(-1)?.suggestion
  if (original === undefined || original.trim() === '' || original === answer.content) return [dialogue]
  // What was corrected answered other words than stand there now: it is no worse answer to these.
  if (typeof said === 'object' && said.answer.at < (said.changedAt ?? 0)) return [dialogue]
  return [
    dialogue,
    { ...origin, is: 'better', prompt: [...prompt], chosen: answer.content, rejected: original },
  ]
}

function sourceOf({ provenance, of }: Demonstration): Source {
  if (provenance.startsWith('import:')) return 'imports'
  return of === undefined ? 'dialogues' : 'corrections'
}
