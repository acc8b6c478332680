/**
 * Comparisons of replies drawn at random: every day some of yesterday's replies are offered to reviewers in a channel
 * (rule F5). Off unless the operator names that channel, and only replies to people who allow training.
 *
 * A day's draw is kept before anything is done with it, and each invitation is noted: a restart goes on where the
 * process died. Days on which Parley was off are left out; nobody wants a week's invitations at once.
 */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import * as z from 'zod'
import type { Clock } from '#core/clock.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import type { Invitation } from './comparison-desk.ts'
import type { Comparisons } from './comparisons.ts'
import { drawReplies, isEligible, type Period, type PopulationDeps } from './population.ts'
import { recordId } from './record-id.ts'

const DAY_MS = 86_400_000
/** How often is looked for a new day, and for what failed: a model or a channel that was down. */
const LOOK_MS = 900_000
/** Characters of a question that stand in an invitation; the form has all of it. */
const QUESTION_SHOWN = 600
/** Days are called by their date. */
const SEED = 'seed'

export interface ReviewSettings {
  /** As the platform names it. */
  readonly channel: string
  readonly perDay: number
  /** Every draw follows from it (rule L5). Without one, the installation makes its own and keeps it. */
  readonly seed?: string | undefined
}

export interface SchedulerDeps extends PopulationDeps {
  readonly comparisons: Pick<Comparisons, 'beginDrawn'>
  /** Namespace `reviews`: names of replies only. */
  readonly days: Namespace
  readonly invite: (invitation: Invitation, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
}

const dayShape = z.object({
  seed: z.string(),
  populationSize: z.number(),
  /** Replies that nobody was invited to yet. */
  open: z.array(z.string()),
})
type Day = z.infer<typeof dayShape>

export class ReviewScheduler {
  readonly #settings: ReviewSettings
  readonly #deps: SchedulerDeps

  constructor(settings: ReviewSettings, deps: SchedulerDeps) {
    this.#settings = settings
    this.#deps = deps
  }

  /** Until the signal aborts. Never throws: a day that fails is tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps
    while (!signal.aborted) {
      try {
        await this.work(signal)
        await clock.sleep(LOOK_MS, signal)
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'the draw of replies to review is tried again later')
        await clock.sleep(LOOK_MS, signal).catch(() => {})
      }
    }
  }

  /** Draws from yesterday's replies, if that was not done, and invites to what nobody was invited to yet. */
  async work(signal: AbortSignal): Promise<void> {
    // Of several replicas one invites; the others find that it was done.
    await this.#deps.days.exclusively('work', () => this.#work(signal))
  }

  async #work(signal: AbortSignal): Promise<void> {
    const period = dayBefore(this.#deps.clock.now())
    const name = new Date(period.start).toISOString().slice(0, 10)
    const day = await this.#drawn(name, period)
    let open = day.open
    for (const reply of day.open) {
      signal.throwIfAborted()
      if (!(await this.#isSettled(reply, name, period, day, signal))) continue
      open = open.filter((other) => other !== reply)
      await this.#deps.days.set(name, { ...day, open })
    }
  }

  async #drawn(name: string, period: Period): Promise<Day> {
    const { days, log } = this.#deps
    const known = await days.get<unknown>(name)
    if (known !== undefined) return dayShape.parse(known)
    const seed = `${await this.#seed()}/${name}`
    const { drawn, populationSize } = await drawReplies(period, this.#settings.perDay, seed, this.#deps)
    const day: Day = { seed, populationSize, open: [...drawn] }
    await days.set(name, day)
    log.info({ day: name, populationSize, drawn: drawn.length }, 'replies drawn for review')
    return day
  }

  async #seed(): Promise<string> {
    const { days } = this.#deps
    const known = this.#settings.seed ?? (await days.get<string>(SEED))
    if (known !== undefined) return known
    const made = randomUUID()
    await days.set(SEED, made)
    return made
  }

  /** True when people are invited to it, or never will be. */
  async #isSettled(
    reply: string,
    name: string,
    { end }: Period,
    { seed, populationSize }: Day,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { replies, comparisons, invite, log } = this.#deps
    const judged = await replies.find(reply)
    // Deleted since, or no longer allowed: nobody is asked about it.
    if (typeof judged === 'string' || !(await isEligible(judged, this.#deps))) return true
    const origin = { id: recordId(end, `review ${name} ${reply}`), at: end, draw: { seed, populationSize } }
    const task = await comparisons.beginDrawn(judged, origin)
    if ('say' in task) {
      log.warn({ reply, why: task.say }, 'a reply drawn for review cannot be compared yet')
      return false
    }
    const text = invitationTo(task.question, task.candidates.length)
    await invite({ task: task.id, channel: this.#settings.channel, text }, signal)
    return true
  }
}

/** The last whole day (UTC). */
export function dayBefore(now: number): Period {
  const end = Math.floor(now / DAY_MS) * DAY_MS
  return { start: end - DAY_MS, end }
}

function invitationTo(question: string, answers: number): string {
  const characters = [...question.trim()]
  const cut = characters.length > QUESTION_SHOWN
  const shown = characters.slice(0, QUESTION_SHOWN).join('').trimEnd() + (cut ? ' …' : '')
  const quoted = shown.split('\n').map((line) => `> ${line}`)
  return [`Which of ${answers} answers is best? This was asked:`, '', ...quoted].join('\n')
}
