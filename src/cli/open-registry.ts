import type { Config } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { systemClock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { ModelArtifact } from '#core/learning/engine.ts'
import { sha256OfModel } from '#core/learning/jobs/model-files.ts'
import { Registry } from '#core/learning/registry/registry.ts'
import { Audit } from '#core/safety/audit.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { createLog } from '#core/telemetry/log.ts'

export interface OpenRegistry {
  readonly registry: Registry
  readonly store: Store
  readonly config: Config
}

/** The registry of the configured store, for one command. */
export async function withRegistry<Result>(
  env: NodeJS.ProcessEnv,
  work: (open: OpenRegistry) => Promise<Result>,
): Promise<Result> {
  const config = await loadConfig(env)
  const store = await openStore(config.store, createLog(config.logLevel), config.encryptionKeys)
  try {
    const audit = new Audit(store.keyv('audit'))
    const registry = new Registry({
      store: store.keyv('models'),
      clock: systemClock,
      flawOf,
      audit: (action, model, by, why) =>
        audit.add({ at: systemClock.now(), action, by, model, ...(why === undefined ? {} : { why }) }),
    })
    return await work({ registry, store, config })
  } finally {
    await store.close()
  }
}

/** What an endpoint keeps, only the endpoint can check. */
async function flawOf({ uri, sha256 }: ModelArtifact): Promise<string | undefined> {
  if (sha256 === undefined) return undefined
  try {
    const found = await sha256OfModel(uri)
    return found === sha256
      ? undefined
      : `the files in ${uri} are not those of the job: their checksum differs. Train it again, or put them back.`
  } catch (error) {
    return `its files cannot be read: ${reasonOf(error)}. Put them back at ${uri}.`
  }
}
