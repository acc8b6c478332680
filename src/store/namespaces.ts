import { Keyv, type KeyvStorageAdapter } from 'keyv'
import type { Logger } from 'pino'
import { ConfigError } from '#core/errors.ts'
import { strict } from './strict-adapter.ts'

/** A namespace of a store. Reads and writes reject when the store is down. */
export interface Namespace extends Keyv {
  /**
   * Runs `work` while nobody else, on any replica, runs one of the same name in this namespace: for what reads and
   * then writes, outside of a thread's lease (`OneByOne`). On a file: nobody else in this process.
   *
   * @throws Error when the store does not answer, or somebody else is at it for too long; `work` has not run then.
   */
  exclusively<Result>(name: string, work: () => Promise<Result>): Promise<Result>
}

/** What every store can do, wherever it keeps things. */
export interface StoreBase {
  keyv(namespace: string): Namespace
  /** Takes what was overwritten out of where it could still be read, as far as no reader holds it (rule S3). */
  settle(): Promise<void>
  /** @throws when the store does not answer, or answers and takes nothing in. */
  ping(): Promise<void>
  close(): Promise<void>
}

interface NamespaceDeps {
  readonly adapter: () => KeyvStorageAdapter
  readonly exclusively: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
  readonly log: Logger
}

export function createNamespaces({
  adapter,
  exclusively,
  log,
}: NamespaceDeps): (namespace: string) => Namespace {
  return (namespace) =>
    Object.assign(
      new Keyv({
        store: strict(adapter(), (error) => log.error({ err: error, namespace }, 'store error')),
        namespace,
        // Keyv's own serialiser revives Buffers and BigInts; ours are plain JSON, and it halves the time of a turn.
        serialization: { stringify: JSON.stringify, parse: JSON.parse },
      }),
      {
        exclusively: <Result>(name: string, work: () => Promise<Result>) =>
          exclusively(`${namespace}/${name}`, work),
      },
    )
}

/** @param url as it may be shown: without a password. */
export const unusable = (url: string, fix: string): ConfigError =>
  new ConfigError('PARLEY_STORE', {
    got: url,
    expected: 'sqlite:<path of a file>, postgres://<user>:<password>@<host>/<database> or memory:',
    fix,
  })
