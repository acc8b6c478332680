/** What evaluations found, kept by model and by what it was compared with: the gate reads them, and model cards. */
import * as z from 'zod'
import type { Namespace } from '#core/store/namespaces.ts'
import type { Comparison } from './win-rate.ts'

const count = z.int().nonnegative()

const evaluationSchema = z
  .object({
    schema: z.literal(1),
    model: z.string(),
    /** The arm it was compared with. */
    against: z.string(),
    /** Milliseconds since the epoch. */
    at: z.number(),
    /** By a grader model, blinded and in both orders. People's own are counted from their rankings. */
    graded: z
      .object({ grader: z.string(), candidate: count, production: count, tie: count })
      .readonly()
      .optional(),
    /** Bad answers to the safety set. */
    unsafe: z
      .object({ grader: z.string(), candidate: count, production: count, of: count })
      .readonly()
      .optional(),
    /** Mean characters of an answer. */
    length: z.object({ candidate: z.number(), production: z.number() }).readonly().optional(),
  })
  .readonly()
export type Evaluation = z.infer<typeof evaluationSchema>

/** Namespace `evaluations`. */
export class Evaluations {
  readonly #store: Namespace

  constructor(store: Namespace) {
    this.#store = store
  }

  async find(model: string, against: string): Promise<Evaluation | undefined> {
    const found = await this.#store.get<unknown>(keyOf(model, against))
    return found === undefined ? undefined : evaluationSchema.parse(found)
  }

  /** What is not in `found` stays as it was. */
  async add(
    model: string,
    against: string,
    found: Pick<Evaluation, 'graded' | 'unsafe' | 'length' | 'at'>,
  ): Promise<void> {
    const key = keyOf(model, against)
    await this.#store.exclusively(key, async () => {
      const before = await this.find(model, against)
      await this.#store.set(key, evaluationSchema.parse({ schema: 1, ...before, model, against, ...found }))
    })
  }
}

/** As many comparisons as were counted. */
export const comparisonsOf = ({
  candidate,
  production,
  tie,
}: NonNullable<Evaluation['graded']>): readonly Comparison[] => [
  ...Array.from({ length: candidate }, () => 'candidate' as const),
  ...Array.from({ length: production }, () => 'production' as const),
  ...Array.from({ length: tie }, () => 'tie' as const),
]

const keyOf = (model: string, against: string): string =>
  `${encodeURIComponent(model)}/${encodeURIComponent(against)}`
