import { type KeyvStorageAdapter, type KeyvStorageEntry, keyvStorageCapability } from 'keyv'

/** A local file answers in under a millisecond and a database on the network in a few: past this it is down. */
const DEADLINE_MS = 5_000

/**
 * What Keyv hides and a dialogue must not: a failed read is not an empty conversation.
 *
 * Keyv turns an adapter's error into `undefined` (with an `error` listener) or lets a background error kill the
 * process (without one). Behind this, every call settles within the deadline and rejects when it failed; errors
 * outside any call go to `onError` and never to Keyv.
 */
export function strict(
  inner: KeyvStorageAdapter,
  onError: (error: unknown) => void,
  deadlineMs = DEADLINE_MS,
): KeyvStorageAdapter {
  inner.on('error', onError)

  const settled = async <T>(call: string, work: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StoreError(call, `took over ${deadlineMs} ms`)), deadlineMs)
    })
    try {
      return await Promise.race([work, late])
    } catch (error) {
      throw error instanceof StoreError ? error : new StoreError(call, 'failed', error)
    } finally {
      clearTimeout(timer)
    }
  }
  const written = async (call: string, work: Promise<boolean | boolean[] | undefined>): Promise<void> => {
    const result = await settled(call, work)
    if (result === false || (Array.isArray(result) && result.includes(false)))
      throw new StoreError(call, 'was not accepted')
  }

  const outer = {
    get namespace() {
      return inner.namespace
    },
    set namespace(value: string | undefined) {
      inner.namespace = value
    },
    get: <V>(key: string) => settled('get', inner.get<V>(key)),
    getMany: <V>(keys: string[]) => settled('getMany', inner.getMany<V>(keys)),
    set: async (key: string, value: unknown, expires?: number) => {
      await written('set', inner.set(key, value, expires))
      return true
    },
    setMany: async <V>(entries: KeyvStorageEntry<V>[]) => {
      await written('setMany', inner.setMany(entries))
      return entries.map(() => true)
    },
    delete: (key: string) => settled('delete', inner.delete(key)),
    deleteMany: (keys: string[]) => settled('deleteMany', inner.deleteMany(keys)),
    has: (key: string) => settled('has', inner.has(key)),
    hasMany: (keys: string[]) => settled('hasMany', inner.hasMany(keys)),
    clear: () => settled('clear', inner.clear()),
    iterator: () => inner.iterator?.(),
    disconnect: () => inner.disconnect?.() ?? Promise.resolve(),
    // Keyv subscribes to 'error' here; it must never hear one (see above).
    on: () => outer,
  }
  Object.defineProperty(outer, 'capabilities', { get: () => keyvStorageCapability(outer) })
  return outer as unknown as KeyvStorageAdapter
}

/** The store did not do what it was asked. Nothing may be concluded from it about what it holds. */
export class StoreError extends Error {
  override readonly name = 'StoreError'

  constructor(call: string, what: string, cause?: unknown) {
    const why = cause instanceof Error ? `: ${cause.message}` : ''
    super(
      `The store's ${call} ${what}${why}. Check that PARLEY_STORE points to a place that can be written.`,
      { cause },
    )
  }
}
