/** How far the rounds have come, in a file: a round takes days, most of them spent waiting for people. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { engineNames, LearningError } from '#core/learning/engine.ts'
import { jsonOf, replaceFile, textIn } from '#core/learning/files.ts'

const roundSchema = z
  .object({
    nth: z.int().positive(),
    /** The dataset directory, once it is built. */
    dataset: z.string(),
    /** Rankings in it, of this round and all before. */
    rankings: z.int().nonnegative(),
    /** Ids of jobs; absent until they are begun. */
    reward: z.string().optional(),
    policy: z.string().optional(),
    /** In the registry, once it is there. */
    model: z.string().optional(),
  })
  .readonly()
export type Round = z.infer<typeof roundSchema>

const stateSchema = z
  .object({
    schema: z.literal(1),
    engine: z.enum(engineNames),
    /** What every round's policy begins from, and is held near to. */
    sft: z.string(),
    rounds: z.array(roundSchema).readonly(),
  })
  .readonly()
export type IterationState = z.infer<typeof stateSchema>

export class StateFile {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined before the first round. @throws LearningError when it is not what Parley wrote. */
  async read(): Promise<IterationState | undefined> {
    const text = await textIn(this.#path)
    if (text === undefined) return undefined
    const { data, error } = stateSchema.safeParse(jsonOf(text))
    if (data !== undefined) return data
    const [issue] = error.issues
    const why = jsonOf(text) === undefined ? 'it breaks off' : `${issue?.path.join('.')} ${issue?.message}`
    throw new LearningError(`${this.#path} is not what Parley wrote: ${why}. Begin anew with another --name.`)
  }

  async write(state: IterationState): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await replaceFile(this.#path, `${JSON.stringify(stateSchema.parse(state), undefined, 2)}\n`)
  }

  get #path(): string {
    return join(this.#folder, 'state.json')
  }
}
