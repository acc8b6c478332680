/**
 * Comparison tasks: one prompt, several answers to it, for people to rank. Rules F4 to F6.
 *
 * The record is self-contained, so that a ranking can be learnt from whatever becomes of the thread.
 */
import * as z from 'zod'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { OneByOne } from '#core/store/one-by-one.ts'
import { choice } from './choice.ts'
import { provenance } from './provenance.ts'
import { Records } from './records.ts'

const made = z
  .object({
    model: z.string(),
    promptVersion: z.string(),
    sampling: z.record(z.string(), z.number()).readonly(),
    arm: z.string(),
    prompt: z.object({ first: z.number(), end: z.number() }).readonly(),
    usage: z
      .object({ inputTokens: z.number(), outputTokens: z.number(), cachedTokens: z.number() })
      .readonly()
      .exactOptional(),
    /** Only the answer that stood there: what is drawn for a comparison is the model itself. */
    choice: choice.exactOptional(),
  })
  .readonly()

const candidate = z
  .object({
    id: z.string().min(1),
    text: z.string(),
    /** Milliseconds since the epoch. */
    at: z.number(),
    /** How it was made (rule M5). */
    made: made.exactOptional(),
  })
  .readonly()

const message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }).readonly()

export const comparisonTask = z
  .object({
    schema: z.literal(1),
    id: z.string().min(1),
    at: z.number(),
    provenance,
    reply: z.string(),
    /** `threadKey`: datasets are split by it (rule L1). */
    thread: z.string(),
    /** What was asked, without the conversation before it. */
    question: z.string(),
    /** Exactly what the model was asked, system prompt first. */
    prompt: z.array(message).readonly(),
    /** The answer that stood there is the first. Grows while the state is `sampling`. */
    candidates: z.array(candidate).readonly(),
    /** `uniform`: drawn by the scheduler from all eligible replies of a period (rule F5). */
    sampledBy: z.enum(['person', 'uniform']),
    /** Every order in which its answers are shown follows from it (rule F6). */
    seed: z.string(),
    /** For `uniform`: how many replies it was drawn from. */
    populationSize: z.int().positive().exactOptional(),
    /** For `uniform`: the seed of the draw. */
    drawSeed: z.string().exactOptional(),
    /** How many answers there should be. */
    wanted: z.int(),
    /** How many people should rank it. */
    raters: z.int().positive(),
    state: z.enum(['sampling', 'ready', 'withdrawn']),
    /** Pseudonyms of people whose words are in the prompt. */
    speakers: z.array(z.string()).readonly(),
    /** The same person ranks the same answers again, in another order. */
    repeatsOf: z.object({ task: z.string(), rater: z.string() }).readonly().exactOptional(),
  })
  .readonly()

export type ComparisonTask = z.infer<typeof comparisonTask>
export type TaskCandidate = z.infer<typeof candidate>

/** Namespace `tasks`. */
export class ComparisonTasks extends Records<ComparisonTask> {
  readonly holds = 'questions of yours whose answers are compared'
  /** By task: answers that come at the same time are both kept, and what was withdrawn or erased stays so. */
  readonly #writes: OneByOne
  readonly #begins: OneByOne

  constructor(keyv: Namespace, pseudonyms: Pseudonyms) {
    super(keyv, comparisonTask, pseudonyms)
    this.#writes = new OneByOne(keyv, 'record')
    this.#begins = new OneByOne(keyv, 'begin')
  }

  /** The newest task that a person asked for about this reply can be found by it. */
  override async put(task: ComparisonTask): Promise<void> {
    await this.#writes.run(task.id, () => this.#write(task))
  }

  override async delete(id: string): Promise<void> {
    await this.#writes.run(id, () => super.delete(id))
  }

  /** For whoever begins a task about a reply: two presses on it make one. */
  beginning<Result>(reply: string, begin: () => Promise<Result>): Promise<Result> {
    return this.#begins.run(reply, begin)
  }

  /**
   * Reads, changes and writes a task as one step.
   *
   * @param change gives undefined to leave it as it is. Not called for a task that is withdrawn or gone.
   * @returns the task as it is then; undefined when it is withdrawn or gone.
   */
  async change(
    id: string,
    change: (task: ComparisonTask) => ComparisonTask | undefined,
  ): Promise<ComparisonTask | undefined> {
    return this.#writes.run(id, async () => {
      const task = await this.get(id)
      if (task === undefined || task.state === 'withdrawn') return undefined
      const changed = change(task)
      if (changed === undefined) return task
      await this.#write(changed)
      return changed.state === 'withdrawn' ? undefined : changed
    })
  }

  /** What it was about was taken back (rule T6): none of the words stay. */
  async withdraw(id: string): Promise<void> {
    await this.change(id, (task) => ({ ...task, ...WORDLESS, state: 'withdrawn' }))
  }

  /** The newest task that a person asked for about this reply. */
  async about(reply: string): Promise<ComparisonTask | undefined> {
    const id = await this.keyv.get<string>(replyKey(reply))
    return id === undefined ? undefined : this.get(id)
  }

  async #write(task: ComparisonTask): Promise<void> {
    const isAskedFor = task.sampledBy === 'person' && task.repeatsOf === undefined
    await this.keyv.setMany<unknown>([
      { key: task.id, value: task },
      ...(isAskedFor ? [{ key: replyKey(task.reply), value: task.id }] : []),
    ])
  }

  protected override threadOf({ thread }: ComparisonTask): string {
    return thread
  }

  protected override reworded(task: ComparisonTask, change: (text: string) => string): ComparisonTask {
    return {
      ...task,
      question: change(task.question),
      prompt: task.prompt.map((said) =>
        said.role === 'system' ? said : { ...said, content: change(said.content) },
      ),
      candidates: task.candidates.map((each) => ({ ...each, text: change(each.text) })),
    }
  }

  protected override async reword(id: string, change: (text: string) => string): Promise<void> {
    await this.change(id, (task) => this.reworded(task, change))
  }

  protected peopleIn({ speakers, repeatsOf }: ComparisonTask): readonly string[] {
    return repeatsOf === undefined ? speakers : [...speakers, repeatsOf.rater]
  }
}

const WORDLESS = { question: '', prompt: [], candidates: [] } as const

const replyKey = (reply: string): string => `reply/${encodeURIComponent(reply)}`
