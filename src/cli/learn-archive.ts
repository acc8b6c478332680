import type { Config } from '#config/config.ts'
import { systemClock } from '#core/clock.ts'
import { knownPeople } from '#core/dialogue/known-people.ts'
import { createReplies } from '#core/dialogue/replies.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { SystemPrompts } from '#core/dialogue/system-prompts.ts'
import { Demonstrations } from '#core/feedback/demonstrations.ts'
import { polarityFrom } from '#core/feedback/emoji.ts'
import type { JudgedReply } from '#core/feedback/judged-reply.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { repliesWithFeedback } from '#core/feedback/replies-with-feedback.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import type { Finder } from '#core/learning/dataset/build.ts'
import type { Turn } from '#core/learning/dataset/dataset.ts'
import type { Permits } from '#core/learning/dataset/permits.ts'
import { demonstrations as demonstrationsFinder } from '#core/learning/dataset/sources/demonstrations.ts'
import { rankings as rankingsFinder } from '#core/learning/dataset/sources/rankings.ts'
import type { FindReply } from '#core/learning/dataset/sources/standing.ts'
import { votes as votesFinder } from '#core/learning/dataset/sources/votes.ts'
import type { LanguageModel } from '#core/model/model.ts'
import { Consents } from '#core/safety/consent.ts'
import { Deidentifier, type KnownPerson } from '#core/safety/deidentify/deidentify.ts'
import { redactorVersion } from '#core/safety/deidentify/version.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { createSourceGate } from '#core/safety/source-gate.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import type { Store } from '#core/store/store.ts'
import { Transcripts } from '#core/store/transcripts.ts'

/** Everything that was given and may train a model, from a store: what a dataset is built of. */
export interface Archive {
  readonly demonstrations: Demonstrations
  readonly finders: readonly Finder[]
  readonly permits: Permits
}

export async function openArchive(config: Config, store: Store): Promise<Archive> {
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
  const shownReplies = new ShownReplies(store.keyv('shown'))
  const systemPrompts = await SystemPrompts.open(store.keyv('prompts'), systemPrompt(config.systemPrompt))
  const clock = systemClock
  const replies = createReplies({
    transcripts,
    shownReplies,
    model: NO_MODEL,
    sampling: {},
    systemPrompts,
    clock,
  })
  const find: FindReply = async (reply) => {
    const found = await replies.find(reply)
    return typeof found === 'string' ? found : { ...found, since: await sinceOf(transcripts, found) }
  }
  const demonstrations = new Demonstrations(store.keyv('demonstrations'), pseudonyms)
  const tasks = new ComparisonTasks(store.keyv('tasks'), pseudonyms)
  const rankings = new Rankings(store.keyv('rankings'), pseudonyms)
  const ledger = new Ledger({ events: store.keyv('ledger'), shown: shownReplies, pseudonyms })
  const polarity = polarityFrom(config.emoji.everywhere, config.emoji.workspaces)
  return {
    demonstrations,
    finders: [
      demonstrationsFinder(() => demonstrations.all(), find),
      rankingsFinder({
        tasks: () => tasks.all(),
        ratersOf: (task) => rankings.ratersOf(task),
        rankingBy: (rater, task) => rankings.by(rater, task),
        find,
      }),
      votesFinder({
        replies: () => repliesWithFeedback(ledger.events(), polarity),
        find,
        pseudonym: (person) => pseudonyms.of(person),
        provenance: (platform) => platform,
      }),
    ],
    permits: {
      gate: createSourceGate(config.training),
      now: clock.now(),
      consents: new Consents(store.keyv('consent'), pseudonyms),
      deidentify: async (turns, thread) =>
        withoutPeople(turns, thread === undefined ? [] : await knownPeople(transcripts, thread)),
      redactor: redactorVersion,
      // The people's pseudonyms and these are made with the same key, and cannot be told apart or turned back.
      hide: (thread) => pseudonyms.of({ platform: 'thread', id: thread }).replace(/^p_/, 't_'),
    },
  }
}

/** Nothing is asked when a dataset is built: what was said is all there is. */
const NO_MODEL: LanguageModel = {
  label: 'none',
  stream: () => {
    throw new Error('building a dataset asks no model')
  },
}

/** When the oldest message of a reply's prompt was said. */
async function sinceOf(transcripts: Transcripts, { thread, answer }: JudgedReply): Promise<number> {
  const { first, end } = answer.made?.prompt ?? { first: 0, end: 0 }
  const [oldest] = await transcripts.range(thread, first, Math.min(end, first + 1))
  return Math.min(oldest?.at ?? answer.at, answer.at)
}

function withoutPeople(turns: readonly Turn[], people: readonly KnownPerson[]): readonly Turn[] {
  const deidentifier = new Deidentifier(people)
  return turns.map(({ role, content }) => ({ role, content: deidentifier.text(content) }))
}
