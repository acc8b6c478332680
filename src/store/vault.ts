import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { ConfigError } from '#core/errors.ts'

const CIPHER = 'aes-256-gcm'
/** As NIST SP 800-38D recommends for this cipher; drawn at random, for far fewer than 2^32 texts a key. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const MARK = 'sealed:1'
const SEALED = /^sealed:1:([0-9a-f]{12}):([\w-]*)$/

interface Key {
  /** Says which key it is, and nothing about it. */
  readonly name: string
  readonly bytes: Buffer
}

/**
 * Secrets that lie in the store, sealed with AES-256-GCM: whoever reads the file or a backup, and has not the keys,
 * reads nothing and changes nothing unseen. A text is bound to its place, so that none can stand in for another.
 *
 * The first key seals; all of them open. So keys are changed without a stop: put the new one first, start, and take
 * the old one away once everything was sealed anew (`sealed.ts` does that as it reads).
 */
export class Vault {
  readonly #keys: readonly Key[]

  /** @param keys each 32 bytes, as 64 hexadecimal digits; none: nothing is sealed, and nothing sealed can be read. */
  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => keyOf(Buffer.from(key, 'hex')))
  }

  get seals(): boolean {
    return this.#keys.length > 0
  }

  /** @param place where it is kept. */
  seal(text: string, place: string): string {
    const [key] = this.#keys
    if (key === undefined) return text
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.from(place))
    const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${MARK}:${key.name}:${body.toString('base64url')}`
  }

  /** Whether it would be sealed otherwise today: with another key, or at all. */
  isOutdated(kept: string): boolean {
    return this.seals && SEALED.exec(kept)?.[1] !== this.#keys[0]?.name
  }

  /**
   * @param kept what `seal` gave, or a text from before there was a key.
   * @throws ConfigError when it was sealed with a key that is not given.
   * @throws Error when it was changed, or brought here from another place.
   */
  open(kept: string, place: string): string {
    if (!kept.startsWith(`${MARK}:`)) return kept
    const [, name, body = ''] = SEALED.exec(kept) ?? []
    if (name === undefined) throw changed(place)
    const key = this.#keys.find((each) => each.name === name)
    if (key === undefined) throw this.#lacks(name)
    const bytes = Buffer.from(body, 'base64url')
    try {
      const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(place))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      return (
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      )
    } catch (cause) {
      throw changed(place, cause)
    }
  }

  #lacks(name: string): ConfigError {
    const given = this.#keys.map((key) => key.name).join(', ')
    return new ConfigError('PARLEY_ENCRYPTION_KEYS', {
      got: given === '' ? undefined : `keys called ${given}`,
      expected: `the key called ${name}, which sealed the secrets of this store`,
      fix: 'Set the key that was used before, behind the new one if there is one: PARLEY_ENCRYPTION_KEYS=new,old.',
    })
  }
}

const changed = (place: string, cause?: unknown): Error =>
  new Error(
    `What the store keeps as ${place} was changed, or is of another place. Restore it from a backup.`,
    {
      cause,
    },
  )

const keyOf = (bytes: Buffer): Key => {
  if (bytes.length !== KEY_BYTES)
    throw new Error(`A key has ${KEY_BYTES} bytes; this one has ${bytes.length}.`)
  return {
    bytes,
    name: createHash('sha256').update('parley key name').update(bytes).digest('hex').slice(0, 12),
  }
}
