/**
 * The models that there are, and which of them answers (rules L4, L6). Kept in the store, so that every replica goes by
 * the same. A model is in here only when its files are whole, and is promoted only when the gate let it pass, or an
 * operator says why it should go in spite of that.
 */
import type { Clock } from '#core/clock.ts'
import { LearningError, type ModelArtifact } from '#core/learning/engine.ts'
import type { ModelAction } from '#core/safety/audit.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { POINTER } from './key.ts'
import {
  NOBODY_YET,
  type Pointer,
  pointerSchema,
  promoted,
  rolledBack,
  type Swap,
  withCanary,
} from './pointer.ts'
import { type ModelRecord, modelRecordSchema } from './record.ts'

export interface RegistryDeps {
  readonly store: Namespace
  /** Why an artifact cannot be used, for people; undefined when all of it is there and as it was. */
  readonly flawOf: (artifact: ModelArtifact) => Promise<string | undefined>
  readonly clock: Clock
  /** Told of every swap, after it is kept, and why it was made where somebody said so. */
  readonly audit: (action: ModelAction, model: string, by: Swap['by'], why?: string) => Promise<void>
}

/** Namespace `models`: `model/<id>` and the one `pointer`. */
export class Registry {
  readonly #deps: RegistryDeps

  constructor(deps: RegistryDeps) {
    this.#deps = deps
  }

  /**
   * Added again, as with an address where it is served, a model keeps what is not said anew, and what was said of it.
   *
   * @throws LearningError when its files are not whole, or the id is taken by another.
   */
  async add(record: ModelRecord): Promise<void> {
    const { store, audit } = this.#deps
    if (TAKEN.includes(record.id))
      throw new LearningError(`No model can be called "${record.id}". Give this one another name.`)
    await this.#mustBeWhole(record)
    await store.exclusively('models', async () => {
      const known = await this.find(record.id)
      if (known !== undefined && known.artifact.job !== record.artifact.job)
        throw new LearningError(`There is another model "${record.id}" already. Give this one another name.`)
      await store.set(keyOf(record.id), modelRecordSchema.parse(again(known, record)))
    })
    await audit('model registered', record.id, 'operator')
  }

  /** Oldest first. */
  async all(): Promise<readonly ModelRecord[]> {
    const found: ModelRecord[] = []
    const { store } = this.#deps
    if (store.iterator === undefined) return found
    for await (const [key, value] of store.iterator())
      if (String(key).startsWith(MODELS)) found.push(modelRecordSchema.parse(value))
    return found.sort((a, b) => a.createdAt - b.createdAt)
  }

  async find(id: string): Promise<ModelRecord | undefined> {
    const found = await this.#deps.store.get<unknown>(keyOf(id))
    return found === undefined ? undefined : modelRecordSchema.parse(found)
  }

  /** @throws LearningError when there is none of this name. */
  async get(id: string): Promise<ModelRecord> {
    const found = await this.find(id)
    if (found !== undefined) return found
    throw new LearningError(`There is no model "${id}". "parley learn model ls" shows those there are.`)
  }

  async pointer(): Promise<Pointer> {
    const found = await this.#deps.store.get<unknown>(POINTER)
    return found === undefined ? NOBODY_YET : pointerSchema.parse(found)
  }

  /** @param verdict of the gate, about this model and the one in production now. */
  async judge(
    id: string,
    verdict: Omit<NonNullable<ModelRecord['verdict']>, 'at' | 'against'>,
  ): Promise<void> {
    const at = this.#deps.clock.now()
    const { production: against = null } = await this.pointer()
    await this.#change(id, (record) => ({ ...record, verdict: { ...verdict, at, against } }))
  }

  /** @throws LearningError while it answers people: whoever hears that it is rejected believes it gone. */
  async reject(id: string, why: string): Promise<void> {
    const { production, canary } = await this.pointer()
    if (id === production || id === canary?.model)
      throw new LearningError(
        `${id} answers people now. Take it back with "parley learn model rollback", then reject it.`,
      )
    const at = this.#deps.clock.now()
    await this.#change(id, (record) => ({ ...record, rejected: { at, why } }))
    await this.#deps.audit('model rejected', id, 'operator', why)
  }

  /**
   * @param anyway why it goes although the gate refused it, or was not asked.
   * @throws LearningError when the gate has not let it pass, or its files are not whole.
   */
  async promote(id: string, anyway?: string): Promise<Pointer> {
    const record = await this.#allowed(id, anyway)
    const why = anyway ?? 'the gate let it pass'
    const swap = this.#now('operator', why)
    return this.#swap('model promoted', record.id, (pointer) => promoted(pointer, id, swap), swap)
  }

  /** @throws LearningError like `promote`: what is not fit for everybody is not fit for some. */
  async canary(id: string, percent: number, anyway?: string): Promise<Pointer> {
    const record = await this.#allowed(id, anyway)
    const at = this.#deps.clock.now()
    const by = { by: 'operator', why: anyway } as const
    return this.#swap('model set as canary', record.id, (pointer) => withCanary(pointer, id, percent, at), by)
  }

  /** Asked and counted beside what answers; it harms nobody, so the gate has no say. `undefined` ends it. */
  async shadow(id: string | undefined): Promise<Pointer> {
    if (id !== undefined) await this.#served(id)
    return this.#swap('model set as shadow', id ?? 'none', ({ shadow: _, ...rest }) => ({
      ...rest,
      ...(id === undefined ? {} : { shadow: id }),
    }))
  }

  /** One write; said again, it changes nothing (rule L6). */
  async rollback(from: string, by: Swap['by'], why: string): Promise<Pointer> {
    const swap = this.#now(by, why)
    return this.#swap('model rolled back', from, (pointer) => rolledBack(pointer, from, swap), swap)
  }

  /** Which models saw any of these datasets, also through what they came from (rule S3). */
  async thatSaw(datasets: ReadonlySet<string>): Promise<readonly ModelRecord[]> {
    return (await this.all()).filter((each) => each.datasets.some(({ id }) => datasets.has(id)))
  }

  #now(by: Swap['by'], why: string): Swap {
    return { at: this.#deps.clock.now(), by, why }
  }

  async #allowed(id: string, anyway: string | undefined): Promise<ModelRecord> {
    const record = await this.#served(id)
    if (anyway !== undefined && anyway.trim() === '')
      throw new LearningError(
        '--anyway is empty. Say why it goes in spite of the gate: --anyway "only a trial".',
      )
    const failures = failuresOf(record, await this.pointer())
    if (anyway === undefined && failures.length > 0)
      throw new LearningError([`${id} may not go to people:`, ...failures].join('\n- '))
    return record
  }

  /** One that can answer. */
  async #served(id: string): Promise<ModelRecord> {
    const record = await this.get(id)
    if (record.artifact.kind !== 'policy')
      throw new LearningError(`${id} is a reward model: it judges answers and gives none. Choose a policy.`)
    if (record.artifact.served === undefined)
      throw new LearningError(
        `${id} is not served anywhere. Serve it ("parley learn serve-policy" for a local one) and register its address.`,
      )
    await this.#mustBeWhole(record)
    return record
  }

  async #mustBeWhole({ id, artifact }: ModelRecord): Promise<void> {
    const flaw = await this.#deps.flawOf(artifact)
    if (flaw !== undefined) throw new LearningError(`${id} cannot be used: ${flaw}`)
  }

  async #change(id: string, change: (record: ModelRecord) => ModelRecord): Promise<void> {
    const { store } = this.#deps
    await store.exclusively('models', async () => {
      await store.set(keyOf(id), modelRecordSchema.parse(change(await this.get(id))))
    })
  }

  async #swap(
    action: ModelAction,
    model: string,
    change: (pointer: Pointer) => Pointer,
    { by, why }: { readonly by: Swap['by']; readonly why?: string | undefined } = { by: 'operator' },
  ): Promise<Pointer> {
    const { store, audit } = this.#deps
    const { before, after } = await store.exclusively('pointer', async () => {
      const before = await this.pointer()
      const after = change(before)
      if (after !== before) await store.set(POINTER, pointerSchema.parse(after))
      return { before, after }
    })
    if (after !== before) await audit(action, model, by, why)
    return after
  }
}

const failuresOf = ({ id, verdict, rejected }: ModelRecord, pointer: Pointer): readonly string[] => [
  ...(rejected === undefined ? [] : [`It was rejected: ${rejected.why}.`]),
  ...gateSaid(id, verdict, pointer),
]

function gateSaid(id: string, verdict: ModelRecord['verdict'], { production }: Pointer): readonly string[] {
  if (verdict === undefined) return ['The gate has not judged it. Run "parley learn eval gate" first.']
  if (!verdict.passed) {
    const failed = verdict.reasons.filter(({ passed }) => !passed).map(({ text }) => text)
    return failed.length > 0 ? failed : ['The gate did not let it pass.']
  }
  // It was better than a model that answers no more; what answers now may be better still.
  const isStale = verdict.against !== undefined && verdict.against !== (production ?? null)
  return isStale && production !== id
    ? [
        `The gate held it against ${verdict.against ?? 'the model of the configuration'}, and ` +
          `${production ?? 'the model of the configuration'} answers now. ` +
          'Compare it with that one, and run "parley learn eval gate" again.',
      ]
    : []
}

/** A model's record, said again: what is the same model was found to be stays, and so does who rejected it. */
function again(known: ModelRecord | undefined, record: ModelRecord): ModelRecord {
  if (known === undefined) return record
  const { verdict, ...rest } = known
  const isSame =
    known.artifact.sha256 === record.artifact.sha256 && known.artifact.uri === record.artifact.uri
  const served = record.artifact.served ?? known.artifact.served
  return {
    ...rest,
    ...(isSame && verdict !== undefined ? { verdict } : {}),
    ...record,
    createdAt: known.createdAt,
    artifact: { ...record.artifact, ...(served === undefined ? {} : { served }) },
  }
}

/** Other things are called so: the model of the configuration (as an arm), and no model at all. */
const TAKEN: readonly string[] = ['default', 'none']

const MODELS = 'model/'
const keyOf = (id: string): string => `${MODELS}${id}`
