/**
 * Rankings: which of several answers people prefer. Rules F1, F4, F6.
 *
 * A change of mind is a further record; the newest of a person and task counts. The index beside the records answers
 * who ranked a task, without reading all of them; the records are the truth.
 */
import * as z from 'zod'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { OneByOne } from '#core/store/one-by-one.ts'
import { provenance } from './provenance.ts'
import { Records } from './records.ts'

const candidateIds = z.array(z.string()).readonly()

export const rankingRecord = z
  .object({
    schema: z.literal(1),
    id: z.string().min(1),
    at: z.number(),
    /** Where it was ranked, which need not be where it was asked. */
    provenance,
    task: z.string(),
    /** `threadKey` of the thread that the task is about. */
    thread: z.string().exactOptional(),
    /** Pseudonym. */
    rater: z.string(),
    /** Candidate ids in the order shown to this rater. */
    displayed: candidateIds,
    /** Candidate ids, best first; those that are as good as each other stand together. */
    order: z.array(candidateIds).readonly(),
    allBad: z.boolean(),
    reason: z.string().exactOptional(),
    /** Milliseconds. */
    spentMs: z.number().exactOptional(),
  })
  .readonly()

export type RankingRecord = z.infer<typeof rankingRecord>

/** Pseudonym of the rater -> id of their newest ranking of the task. */
type Newest = Readonly<Record<string, string>>

/** Namespace `rankings`. */
export class Rankings extends Records<RankingRecord> {
  readonly holds = 'rankings'
  /** By task: two people who rank it at once are both in its index. */
  readonly #writes: OneByOne

  constructor(keyv: Namespace, pseudonyms: Pseudonyms) {
    super(keyv, rankingRecord, pseudonyms)
    this.#writes = new OneByOne(keyv, 'record')
  }

  /** The record and its place in the index are one write. */
  override async put(record: RankingRecord): Promise<void> {
    await this.#writes.run(record.task, async () => {
      const newest = await this.#newest(record.task)
      const known = newest[record.rater]
      // Ids sort by time, so an older ranking that comes late does not take a newer one's place.
      const isNewest = known === undefined || known <= record.id
      await this.keyv.setMany<unknown>([
        { key: record.id, value: record },
        ...(isNewest
          ? [{ key: indexKey(record.task), value: { ...newest, [record.rater]: record.id } }]
          : []),
      ])
    })
  }

  override async delete(id: string): Promise<void> {
    const record = await this.get(id)
    if (record === undefined) return
    await this.#writes.run(record.task, async () => {
      const { [record.rater]: named, ...others } = await this.#newest(record.task)
      if (named === id) await this.keyv.set(indexKey(record.task), others)
      await this.keyv.delete(id)
    })
  }

  /** The ranking of this person that counts. */
  async by(rater: string, task: string): Promise<RankingRecord | undefined> {
    const id = (await this.#newest(task))[rater]
    return id === undefined ? undefined : this.get(id)
  }

  /** Pseudonyms of those who ranked it. */
  async ratersOf(task: string): Promise<readonly string[]> {
    return Object.keys(await this.#newest(task))
  }

  /** The rankings of a task that count: one of each person. */
  async of(task: string): Promise<readonly RankingRecord[]> {
    const found = await Promise.all(Object.values(await this.#newest(task)).map((id) => this.get(id)))
    return found.filter((record) => record !== undefined)
  }

  async #newest(task: string): Promise<Newest> {
    return (await this.keyv.get<Newest>(indexKey(task))) ?? {}
  }

  protected override threadOf({ thread }: RankingRecord): string | undefined {
    return thread
  }

  protected override reworded(record: RankingRecord, change: (text: string) => string): RankingRecord {
    return record.reason === undefined ? record : { ...record, reason: change(record.reason) }
  }

  protected peopleIn({ rater }: RankingRecord): readonly string[] {
    return [rater]
  }
}

const indexKey = (task: string): string => `task/${task}`
