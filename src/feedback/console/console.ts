/**
 * The trainer console: `Host.console`. Dialogues that people write whole are demonstrations like corrections, from the
 * first letter on: a draft that is saved as it is typed, then submitted, then reviewed by somebody else. Rules F1 (what
 * comes again is done once), F4 (where each turn comes from), S2 and S3 (pseudonyms; whose words are in it).
 *
 * Nothing here lives in memory only. What two windows write at once is both kept (`saving.ts`).
 */
import type { ConsoleDesk, Dialogue, DialogueSummary, Moved, Review, Step } from '../console-desk.ts'
import type { Demonstration, Demonstrations } from '../demonstrations.ts'
import type { Outcome } from '../desk.ts'
import { recordId } from '../record-id.ts'
import { Dialogues, emptyDraft } from './dialogues.ts'
import { type Next, reopened, replaced, reviewed, submitted } from './review.ts'
import { save } from './save.ts'
import { CONSOLE_SAYINGS } from './sayings.ts'
import { type SuggestDeps, Suggesting } from './suggest.ts'
import { summaryOf } from './summary.ts'
import { dialogueOf } from './turns.ts'

export interface ConsoleDeps extends SuggestDeps {
  readonly demonstrations: Demonstrations
}

export function createConsole({ demonstrations, ...deps }: ConsoleDeps): ConsoleDesk {
  const { pseudonyms, suggestions } = deps
  const dialogues = new Dialogues(demonstrations, pseudonyms)
  const suggesting = new Suggesting(deps)

  const put = async (next: Next): Promise<Moved> => {
    if ('say' in next) return no(next.say)
    await dialogues.put(next.record)
    return { ok: true, revision: revisionOf(next.record) }
  }

  /** A dialogue of one's own, from what it was when the person saw it. Delivered again it finds that it is done. */
  const move = (
    { dialogue, revision, by, at }: Step,
    to: Demonstration['status'],
    next: (record: Demonstration, at: number) => Next,
  ): Promise<Moved> =>
    dialogues.alone(dialogue, async () => {
      const record = await dialogues.owned(dialogue, by)
      if (record === undefined) return no(CONSOLE_SAYINGS.gone)
      const now = revisionOf(record)
      if (now === revision + 1 && record.status === to) return { ok: true, revision: now }
      return now === revision ? put(next(record, at)) : no(CONSOLE_SAYINGS.changed)
    })

  /** The same for every delivery: one that is there already stays as it is. */
  const begin = (fresh: Demonstration): Promise<Dialogue> =>
    dialogues.alone(fresh.id, async () => {
      const known = await dialogues.find(fresh.id)
      if (known === undefined) await dialogues.put(fresh)
      return dialogueOf(known ?? fresh, fresh.trainer)
    })

  /** What a submitted version was made from, as long as that still waits as it was. */
  const replace = async ({ versionOf, trainer }: Demonstration, at: number): Promise<void> => {
    if (versionOf === undefined) return
    await dialogues.alone(versionOf.dialogue, async () => {
      const record = await dialogues.find(versionOf.dialogue)
      if (record?.revision === versionOf.revision) await put(replaced(record, at, trainer))
    })
  }

  return {
    own: async (person) => (await dialogues.of(person)).map(summaryOf).toSorted(newestFirst),
    waiting: async (person) => {
      const me = pseudonyms.of(person)
      return (await dialogues.waiting()).filter(({ trainer }) => trainer !== me).map(summaryOf)
    },
    open: async (id, person) => {
      const record = await dialogues.find(id)
      const me = pseudonyms.of(person)
      if (record === undefined) return { say: CONSOLE_SAYINGS.gone }
      if (record.trainer === me || record.status === 'submitted') return dialogueOf(record, me)
      return { say: CONSOLE_SAYINGS.notWaiting }
    },
    begin: ({ id, by, at }) => begin(emptyDraft(recordId(at, id), at, pseudonyms.of(by))),
    save: (each) => save(each, { dialogues, suggestions, pseudonyms }),
    remove: ({ dialogue, revision, by }) =>
      dialogues.alone(dialogue, async (): Promise<Outcome> => {
        const record = await dialogues.owned(dialogue, by)
        if (record === undefined) return { ok: true }
        if (revisionOf(record) !== revision) return no(CONSOLE_SAYINGS.changed)
        await dialogues.delete(dialogue)
        return { ok: true }
      }),
    submit: async (step) => {
      const done = await move(step, 'submitted', submitted)
      const record = await dialogues.find(step.dialogue)
      if (done.ok && record !== undefined) await replace(record, step.at)
      return done
    },
    reopen: (step) => move(step, 'draft', reopened),
    review: (review) =>
      dialogues.alone(review.dialogue, async (): Promise<Outcome> => {
        const record = await dialogues.find(review.dialogue)
        if (record === undefined) return no(CONSOLE_SAYINGS.gone)
        const reviewer = pseudonyms.of(review.by)
        if (isDone(record, review, reviewer)) return { ok: true }
        if (record.status === 'submitted' && revisionOf(record) !== review.revision)
          return no(CONSOLE_SAYINGS.changed)
        return put(reviewed(record, review, reviewer))
      }),
    version: async ({ id, dialogue, revision, by, at }) => {
      const record = await dialogues.find(dialogue)
      if (record === undefined) return { say: CONSOLE_SAYINGS.gone }
      const me = pseudonyms.of(by)
      if (record.trainer === me) return { say: CONSOLE_SAYINGS.ownReview }
      if (record.status !== 'submitted') return { say: CONSOLE_SAYINGS.notWaiting }
      if (revisionOf(record) !== revision) return { say: CONSOLE_SAYINGS.changed }
      return begin({
        ...emptyDraft(recordId(at, id), at, me),
        ...{ messages: record.messages, versionOf: { dialogue, revision } },
        // Whose words it began with: they may take them back (rules S2, S3).
        speakers: [...new Set([record.trainer, ...record.speakers])].filter((name) => name !== me),
      })
    },
    suggest: (request, signal) => suggesting.suggest(request, signal),
  }
}

type Refusal = { readonly ok: false; readonly say: string }
const no = (say: string): Refusal => ({ ok: false, say })

const revisionOf = ({ revision = 0 }: Demonstration): number => revision

const newestFirst = (a: DialogueSummary, b: DialogueSummary): number => b.changedAt - a.changedAt

/** The same review, delivered again. */
const isDone = ({ review, status }: Demonstration, { at, verdict }: Review, reviewer: string): boolean =>
  review?.by === reviewer && review.at === at && status === (verdict === 'accept' ? 'reviewed' : 'rejected')
