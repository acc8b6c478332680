/**
 * Saves a dialogue as it is typed. Every change is in this browser at once and on the server soon after; whatever
 * breaks off in between, the text is in one of the two. Knows nothing of how it is drawn.
 */
import type { DialogueSaved, DialogueView } from '../protocol.ts'
import { RequestError } from './client.ts'
import type { KeptScript } from './console-kept.ts'
import { isSame, type PlainScript } from './console-script.ts'
import { newKey } from './drafts.ts'

/** Milliseconds of rest after which what was typed is saved. */
const REST_MS = 700
/** Milliseconds until a server that did not answer is asked again. */
const RETRY_MS = 2_000

export type Body = PlainScript & Pick<KeptScript, 'base' | 'tab' | 'nth' | 'isVersion'>

export interface AutosaveDeps {
  /** @throws RequestError */
  readonly save: (dialogue: string, body: Body) => Promise<DialogueSaved>
  readonly keep: (kept: KeptScript) => void
  readonly forget: (kept: Pick<KeptScript, 'dialogue' | 'tab'>) => void
  /** @returns cancels it. */
  readonly later: (ms: number, work: () => void) => () => void
  readonly show: (state: Autosaved) => void
}

export interface Autosaved {
  readonly is: 'saved' | 'typed' | 'saving' | 'away' | 'refused'
  /** Where the text is now: another dialogue than at first when somebody else wrote there meanwhile. */
  readonly dialogue: string
  readonly revision: number
  /** That it is another one, for the person; empty while it is not. */
  readonly notice: string
  /** Why it cannot be kept, for the person; empty when it can. */
  readonly problem: string
}

export interface Opened {
  readonly dialogue: string
  readonly revision: number
  readonly isVersion: boolean
}

export class Autosave {
  readonly #deps: AutosaveDeps
  readonly #isVersion: boolean
  #tab = newKey().slice(0, 12)
  #nth = 0
  #state: Autosaved
  /** What the server may not have yet. */
  #pending: PlainScript | undefined
  /** The save that is on its way; there is one at most. */
  #saving: Promise<void> | undefined
  #cancel: () => void = () => {}
  #ended = false

  constructor({ dialogue, revision, isVersion }: Opened, deps: AutosaveDeps) {
    this.#deps = deps
    this.#isVersion = isVersion
    this.#state = { is: 'saved', dialogue, revision, notice: '', problem: '' }
  }

  get state(): Autosaved {
    return this.#state
  }

  change(script: PlainScript): void {
    this.#pending = script
    this.#keep(script)
    this.#show({ is: this.#state.is === 'away' ? 'away' : 'typed' })
    this.#soon(REST_MS)
  }

  /** Everything that was typed is on its way or there. @returns whether the server has it all. */
  async flush(): Promise<boolean> {
    this.#cancel()
    await this.#saving
    if (this.#pending !== undefined) await this.#begin()
    return this.#pending === undefined
  }

  /** Somebody else has moved it on, at this person's wish. */
  moved(revision: number): void {
    this.#show({ revision })
  }

  /** Nobody types here any more. What is not on the server yet is tried once more, and stays in this browser. */
  end(): void {
    if (this.#pending !== undefined) void this.flush()
    this.#ended = true
    this.#cancel()
  }

  /** It is deleted: nothing of it is to come back. */
  drop(): void {
    this.#ended = true
    this.#cancel()
    this.#pending = undefined
    this.#forget()
  }

  #soon(ms: number): void {
    this.#cancel()
    if (!this.#ended) this.#cancel = this.#deps.later(ms, () => void this.flush())
  }

  #begin(): Promise<void> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined
    })
    return this.#saving
  }

  async #save(): Promise<void> {
    const script = this.#pending
    if (script === undefined) return
    const { dialogue, revision: base } = this.#state
    this.#nth += 1
    this.#show({ is: 'saving' })
    try {
      const body = { ...script, base, tab: this.#tab, nth: this.#nth, isVersion: this.#isVersion }
      this.#settle(script, await this.#deps.save(dialogue, body))
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      const isRefused = thrown.status >= 400 && thrown.status < 500 && thrown.status !== 401
      this.#show(isRefused ? { is: 'refused', problem: thrown.message } : { is: 'away', problem: '' })
      if (!isRefused) this.#soon(RETRY_MS)
    }
  }

  #settle(script: PlainScript, { dialogue, revision, say, known }: DialogueSaved): void {
    if (known) {
      // Each save of this page is told once: another page has spoken in its name, so it takes another one.
      this.#forget()
      this.#tab = newKey().slice(0, 12)
      this.#nth = 0
      this.#soon(0)
      if (this.#pending !== undefined) this.#keep(this.#pending)
      return
    }
    const isNewest = this.#pending === script
    // Under the name it had until now.
    this.#forget()
    if (isNewest) this.#pending = undefined
    this.#show({
      ...{ is: isNewest ? 'saved' : 'typed', dialogue, revision, problem: '' },
      ...(say === undefined ? {} : { notice: say }),
    })
    if (this.#pending === undefined) return
    this.#keep(this.#pending)
    this.#soon(REST_MS)
  }

  #keep(script: PlainScript): void {
    const { dialogue, revision: base } = this.#state
    const { keep } = this.#deps
    // One more than the save that may be on its way.
    const nth = this.#nth + 1
    keep({ dialogue, base, tab: this.#tab, nth, isVersion: this.#isVersion, at: Date.now(), script })
  }

  #forget(): void {
    this.#deps.forget({ dialogue: this.#state.dialogue, tab: this.#tab })
  }

  #show(next: Partial<Autosaved>): void {
    this.#state = { ...this.#state, ...next }
    if (!this.#ended) this.#deps.show(this.#state)
  }
}

/**
 * What a page that is gone had typed, measured against what the server has. `known`: it is there. `newer`: nobody has
 * written since, and the person goes on with it. `apart`: the server has to be told, which keeps both where it must.
 */
export function leftover(
  kept: KeptScript,
  { revision, ...server }: PlainScript & Pick<DialogueView, 'revision'>,
): 'known' | 'newer' | 'apart' {
  if (isSame(kept.script, server)) return 'known'
  return kept.base === revision ? 'newer' : 'apart'
}
