import type { Choices } from './ids.ts'

/** Forms that are remembered; a few hundred bytes each, the oldest forgotten first. */
const MOST = 1_000

/**
 * What raters have chosen in forms that are open. A form's own state is in its buttons; but somebody who chooses two
 * places quickly makes the second choice in a form that does not show the first one yet. After a restart the buttons
 * know.
 */
export class NewestChoices {
  /** By message; `by` is the interaction that made them, and later ones have greater ids. */
  readonly #forms = new Map<string, { readonly by: bigint; readonly choices: Choices }>()

  /** @param shown what the message itself says. */
  newest(message: string, shown: Choices): Choices {
    return this.#forms.get(message)?.choices ?? shown
  }

  /** A choice that is delivered again after a newer one changes nothing (rule F1). */
  keep(message: string, interaction: string, choices: Choices): void {
    const by = BigInt(interaction)
    if ((this.#forms.get(message)?.by ?? -1n) >= by) return
    this.#forms.delete(message)
    this.#forms.set(message, { by, choices })
    for (const oldest of this.#forms.keys()) {
      if (this.#forms.size <= MOST) break
      this.#forms.delete(oldest)
    }
  }
}
