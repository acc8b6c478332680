import type { Namespace } from './namespaces.ts'
import type { Store } from './store.ts'
import type { Vault } from './vault.ts'

/** What is secret of all that is kept. Few keys, written once or seldom. */
const SECRET_NAMESPACES: ReadonlySet<string> = new Set(['secrets'])

/** The same store, whose secrets lie sealed in it. */
export function sealing<Opened extends Store>(store: Opened, vault: Vault): Opened {
  const keyv = (name: string): Namespace =>
    SECRET_NAMESPACES.has(name) ? sealed(store.keyv(name), name, vault) : store.keyv(name)
  return { ...store, keyv }
}

/**
 * Texts of this namespace are sealed as they are written and opened as they are read. What was kept in the clear, or
 * sealed with an older key, is sealed anew when it is read. A key that is missing throws: to read that as "there is
 * none" would make a new secret in the place of the old one.
 *
 * Keyv's own encryption does read it so, which is why this stands in front of it.
 */
function sealed(inner: Namespace, name: string, vault: Vault): Namespace {
  const [read, write] = [inner.get.bind(inner), inner.set.bind(inner)]
  const placeOf = (key: string): string => `${name}/${key}`
  const onlyTexts = (): never => {
    throw new Error(`Secrets are read and written one by one; ${name} has no other way.`)
  }
  return Object.assign(inner, {
    get: async (key: string) => {
      const kept: unknown = await read(key)
      if (typeof kept !== 'string') return kept
      const text = vault.open(kept, placeOf(key))
      if (vault.isOutdated(kept)) await write(key, vault.seal(text, placeOf(key)))
      return text
    },
    set: async (key: string, value: unknown, ttl?: number) => {
      if (typeof value !== 'string') throw new Error(`${placeOf(key)} must be a text to be sealed.`)
      return write(key, vault.seal(value, placeOf(key)), ttl)
    },
    getMany: onlyTexts,
    setMany: onlyTexts,
    iterator: onlyTexts,
  })
}
