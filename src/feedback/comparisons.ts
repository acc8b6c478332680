/**
 * Comparing answers: `Host.comparisons`. A press makes a task, the answers it lacks are drawn from the current route,
 * every rater gets an order of their own, and their rankings are kept. Rules F1, F4 to F6, T6.
 *
 * Nothing here lives in memory only: a task that was being filled when the process died goes on when its ballot is
 * asked for.
 */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { PersonRef } from '#core/person.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { answersIn, displayedTo, slotAt, slotsIn } from './ballot.ts'
import type { Ballots } from './ballots.ts'
import {
  type Ballot,
  type ComparisonDesk,
  type ComparisonRequest,
  FEWEST_ANSWERS,
  MOST_ANSWERS,
  type Ranking,
  USUAL_ANSWERS,
} from './comparison-desk.ts'
import { LONGEST_REASON, type Outcome } from './desk.ts'
import { evenFormat } from './even-format.ts'
import type { JudgedReply, Replies } from './judged-reply.ts'
import { canBeCompared, newTask, promptOf, type TaskOrigin } from './new-task.ts'
import { provenanceOf } from './provenance.ts'
import { offered, repeatOf } from './queue.ts'
import type { RankingRecord, Rankings } from './rankings.ts'
import { recordId } from './record-id.ts'
import { Sampler } from './sampler.ts'
import { SAYINGS, tooLong } from './sayings.ts'
import type { ComparisonTask, ComparisonTasks } from './tasks.ts'

export interface ComparisonDeps {
  readonly replies: Replies
  readonly tasks: ComparisonTasks
  readonly rankings: Rankings
  readonly ballots: Ballots
  readonly pseudonyms: Pseudonyms
  readonly clock: Clock
  readonly log: Logger
  /** Aborts when Parley stops. */
  readonly signal: AbortSignal
}

type Refusal = { readonly say: string }

export class Comparisons implements ComparisonDesk {
  readonly #deps: ComparisonDeps
  readonly #sampler: Sampler

  constructor(deps: ComparisonDeps) {
    this.#deps = deps
    this.#sampler = new Sampler(deps.tasks, deps.signal)
  }

  async begin(request: ComparisonRequest): Promise<{ readonly task: string } | Refusal> {
    const { answers: wanted = USUAL_ANSWERS, reply, at } = request
    if (!Number.isInteger(wanted) || wanted < FEWEST_ANSWERS || wanted > MOST_ANSWERS)
      return { say: SAYINGS.howMany }
    const judged = await this.#deps.replies.find(reply)
    if (typeof judged === 'string') return { say: SAYINGS[judged] }
    if (!canBeCompared(judged)) return { say: SAYINGS.unfinished }
    const task = await this.#deps.tasks.beginning(reply, () =>
      this.#same({ id: recordId(at, request.id), at, wanted }, judged),
    )
    this.#fillMeanwhile(task, judged)
    return { task: task.id }
  }

  /** A task about a reply that was drawn at random (rule F5), with all its answers. Safe to repeat. */
  async beginDrawn(judged: JudgedReply, origin: TaskOrigin): Promise<ComparisonTask | Refusal> {
    const { tasks, pseudonyms } = this.#deps
    const known = await tasks.get(origin.id)
    if (known === undefined) await tasks.put(newTask(judged, origin, pseudonyms))
    return this.#ready(origin.id)
  }

  async ballot(id: string, person: PersonRef, signal: AbortSignal): Promise<Ballot | Refusal> {
    const { rankings, ballots, pseudonyms, clock } = this.#deps
    const rater = pseudonyms.of(person)
    const task = await orAborted(this.#ready(id), signal)
    if ('say' in task) return task
    if (task.repeatsOf !== undefined && task.repeatsOf.rater !== rater) return { say: SAYINGS.forAnother }
    const displayed = displayedTo(rater, task)
    const texts = new Map(task.candidates.map((each) => [each.id, evenFormat(each.text)]))
    await ballots.deal(id, rater, displayed, clock.now())
    const earlier = await rankings.by(rater, id)
    return {
      ...{ task: id, question: task.question },
      answers: displayed.map((answer, place) => ({ slot: slotAt(place), text: texts.get(answer) ?? '' })),
      ...(earlier === undefined
        ? {}
        : { earlier: { order: slotsIn(earlier.order, displayed), allBad: earlier.allBad } }),
    }
  }

  async rank(ranking: Ranking): Promise<Outcome> {
    const { rankings, ballots, pseudonyms } = this.#deps
    const id = recordId(ranking.at, ranking.id)
    if ((await rankings.get(id)) !== undefined) return { ok: true }
    const { reason = '', allBad } = ranking
    if (reason.length > LONGEST_REASON) return no(tooLong('Your reason', reason.length, LONGEST_REASON))
    const task = await this.#standing(ranking.task)
    if ('say' in task) return no(task.say)
    if (task.state === 'sampling') return no(SAYINGS.stillDrawing)
    const rater = pseudonyms.of(ranking.by)
    const displayed = await ballots.dealtTo(task.id, rater)
    if (displayed === undefined) return no(SAYINGS.outdatedForm)
    const answers = answersIn(ranking.order, displayed, allBad)
    if ('say' in answers) return no(answers.say)
    const { at, spentMs } = ranking
    const record: RankingRecord = {
      ...{ schema: 1, id, at, provenance: provenanceOf(ranking.by.platform), task: task.id, rater },
      thread: task.thread,
      ...{ displayed, order: answers.order, allBad },
      ...(reason.trim() === '' ? {} : { reason }),
      ...(spentMs === undefined ? {} : { spentMs }),
    }
    await rankings.put(record)
    await this.#perhapsRepeat(task, record)
    return { ok: true }
  }

  async queue(
    person: PersonRef,
    most: number,
  ): Promise<readonly { readonly task: string; readonly question: string }[]> {
    const { tasks, rankings, pseudonyms, clock } = this.#deps
    const rater = { name: pseudonyms.of(person), platform: person.platform }
    const found: { readonly task: string; readonly question: string }[] = []
    for await (const task of tasks.all()) {
      if (found.length >= most) break
      if (!offered(task, rater, await rankings.ratersOf(task.id), clock.now())) continue
      // What was deleted meanwhile is offered to nobody (rule T6).
      const stands = await this.#standing(task.id)
      if (!('say' in stands)) found.push({ task: task.id, question: task.question })
    }
    return found
  }

  /** The task that this press means: one about the same answer, if there is one already. */
  async #same(origin: TaskOrigin, judged: JudgedReply): Promise<ComparisonTask> {
    const { tasks, pseudonyms } = this.#deps
    const known = (await tasks.get(origin.id)) ?? (await tasks.about(judged.reply))
    const fresh = newTask(judged, origin, pseudonyms)
    if (known !== undefined && isSame(known, fresh)) return known
    await tasks.put(fresh)
    return fresh
  }

  #fillMeanwhile(task: ComparisonTask, judged: JudgedReply): void {
    if (task.state !== 'sampling') return
    this.#fill(task, judged).catch((error: unknown) => {
      if (this.#deps.signal.aborted) return
      this.#deps.log.error({ err: error, task: task.id }, 'no answers drawn; opening the form tries again')
    })
  }

  /** The task as long as it may be ranked. One whose reply is gone is withdrawn now (rule T6). */
  async #standing(id: string): Promise<ComparisonTask | Refusal> {
    const found = await this.#find(id)
    return 'say' in found ? found : found.task
  }

  async #find(
    id: string,
  ): Promise<{ readonly task: ComparisonTask; readonly judged: JudgedReply } | Refusal> {
    const { tasks, replies } = this.#deps
    const task = await tasks.get(id)
    if (task === undefined || task.state === 'withdrawn') return { say: SAYINGS.taskGone }
    const judged = await replies.find(task.reply)
    if (typeof judged !== 'string') return { task, judged }
    if (judged === 'deleted') await tasks.withdraw(id)
    return { say: SAYINGS[judged] }
  }

  async #ready(id: string): Promise<ComparisonTask | Refusal> {
    const found = await this.#find(id)
    if ('say' in found) return found
    if (found.task.state !== 'sampling') return found.task
    return this.#fill(found.task, found.judged)
  }

  async #fill(task: ComparisonTask, judged: JudgedReply): Promise<ComparisonTask | Refusal> {
    const { replies, log } = this.#deps
    // The words of the task and not those of today: an edit meanwhile must not mix answers to two prompts.
    const asked = { ...judged, prompt: promptOf(task.prompt) }
    const filled = await this.#sampler.fill(task, (signal) => replies.sample(asked, signal))
    switch (filled.is) {
      case 'ready':
        return filled.task
      case 'gone':
        return { say: SAYINGS.taskGone }
      case 'short':
        log.warn({ err: filled.fault, task: task.id }, 'too few answers to compare')
        return { say: filled.fault === undefined ? SAYINGS.allSame : SAYINGS.tooFew }
    }
  }

  /** Some tasks come back to the same person in another order: how steady are they? */
  async #perhapsRepeat(task: ComparisonTask, { rater }: RankingRecord): Promise<void> {
    const repeat = repeatOf(task, rater, this.#deps.clock.now())
    if (repeat === undefined) return
    if ((await this.#deps.tasks.get(repeat.id)) === undefined) await this.#deps.tasks.put(repeat)
  }
}

const no = (say: string): Outcome => ({ ok: false, say })

/** Whether a second press asks for what is there already: the same words, and as many answers. */
const isSame = (known: ComparisonTask, fresh: ComparisonTask): boolean =>
  known.id === fresh.id ||
  (known.state !== 'withdrawn' &&
    known.wanted === fresh.wanted &&
    known.candidates[0]?.id === fresh.candidates[0]?.id &&
    known.candidates[0]?.text === fresh.candidates[0]?.text)

/** The work goes on for others when one who waited gives up. @throws the signal's reason */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
