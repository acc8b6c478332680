/** People at the console, without a page: what they type goes straight to the desk. */
import type { ConsoleDesk, Saved, TypedTurn } from '#core/feedback/console-desk.ts'
import type { PersonRef } from '#core/person.ts'

export const ana = { platform: 'web', id: 'ana' }
export const ben = { platform: 'web', id: 'ben' }
export const cleo = { platform: 'web', id: 'cleo' }

export const asked = (text: string): TypedTurn => ({ side: 'user', text })
export const answered = (text: string): TypedTurn => ({ side: 'assistant', text })

let presses = 0
/** Named like no other, and a millisecond after the one before. */
export const press = () => {
  presses += 1
  return { id: `press-${presses}`, at: 1_000 + presses }
}

/** An open page of one dialogue: it knows the revision that it last heard of, and counts its saves. */
export class Tab {
  readonly #desk: ConsoleDesk
  readonly #by: PersonRef
  readonly #name: string
  dialogue: string
  base: number
  #nth = 0

  constructor(desk: ConsoleDesk, by: PersonRef, name: string, dialogue: string, base = 0) {
    this.#desk = desk
    this.#by = by
    this.#name = name
    this.dialogue = dialogue
    this.base = base
  }

  /** A save as it goes over the wire: it may be delivered again, late, or never be answered. */
  save(turns: readonly TypedTurn[], system = '', isVersion = false): () => Promise<Saved> {
    this.#nth += 1
    const { dialogue, base } = this
    const request = {
      ...{ dialogue, base, by: this.#by, tab: this.#name, nth: this.#nth, isVersion },
      ...{ at: press().at, system, turns },
    }
    return () => this.#desk.save(request)
  }

  hear(saved: Saved): Saved {
    if (saved.ok) {
      this.dialogue = saved.dialogue
      this.base = saved.revision
    }
    return saved
  }
}

/** A dialogue of this person with these turns in it. */
export async function written(
  desk: ConsoleDesk,
  by: PersonRef,
  turns: readonly TypedTurn[] = [asked('What is a monad?'), answered('A monoid in disguise.')],
): Promise<Tab> {
  const { id } = await desk.begin({ ...press(), by })
  const tab = new Tab(desk, by, `tab-${press().id}`, id)
  tab.hear(await tab.save(turns)())
  return tab
}

/** The same, waiting for a review. */
export async function submittedBy(desk: ConsoleDesk, by: PersonRef, turns?: readonly TypedTurn[]) {
  const { dialogue, base } = await written(desk, by, turns)
  const done = await desk.submit({ dialogue, revision: base, by, at: press().at })
  if (!done.ok) throw new Error(done.say)
  return { dialogue, revision: done.revision }
}
