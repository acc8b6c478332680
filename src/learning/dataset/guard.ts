import type { Split, Turn } from './dataset.ts'
import { hashOf, textsOf } from './example.ts'
import { gramsOf, signatureOf } from './likeness.ts'
import { NearTexts } from './near.ts'

/** A row, or a line of a file that is held out, by the name that people find it under. */
export interface Guarded {
  /** `sft/train.jsonl line 12`. */
  readonly name: string
  readonly split: Split | 'held out'
  readonly thread: string | undefined
  readonly people: readonly string[]
  readonly prompt: readonly Turn[]
  readonly answers: readonly string[]
}

type Where = Pick<Guarded, 'name' | 'split'>

/**
 * The leak guard (rule L1): finds rows of different splits that share a conversation, a prompt, nearly the same words
 * or, when asked, a person. Given row by row, the training split last: only texts of the other splits are kept in
 * mind, about 700 bytes and the text each.
 */
export class LeakGuard {
  readonly #byPerson: boolean
  /** The first row of each split that has a conversation, prompt or person. */
  readonly #shared = new Map<string, Where[]>()
  readonly #texts: { readonly text: string; readonly where: Where }[] = []
  readonly #near = new NearTexts((nth) => this.#texts[nth]?.text ?? '')
  /** Texts that were looked at, by split: several kinds hold the same. */
  readonly #seen = new Set<string>()

  /** @param byPerson whether a person in two splits is a leak too. */
  constructor(byPerson: boolean) {
    this.#byPerson = byPerson
  }

  /** @returns one sentence for a row that leaks, or undefined. */
  check(row: Guarded): string | undefined {
    const texts = textsOf(row.prompt, row.answers)
    return this.#sharedWith(row, texts[0] ?? '') ?? this.#alike(row, texts)
  }

  #sharedWith(row: Guarded, prompt: string): string | undefined {
    const names = [
      ...(row.thread === undefined ? [] : ([['the same conversation', `thread/${row.thread}`]] as const)),
      ['the same prompt', `prompt/${hashOf(prompt)}`] as const,
      ...(this.#byPerson ? row.people.map((person) => ['the same person', `person/${person}`] as const) : []),
    ]
    for (const [what, name] of names) {
      const known = this.#shared.get(name) ?? []
      const other = known.find(({ split }) => split !== row.split)
      if (other !== undefined) return `${row.name} and ${other.name} have ${what}`
      if (known.length === 0) this.#shared.set(name, [{ name: row.name, split: row.split }])
    }
    return undefined
  }

  #alike(row: Guarded, texts: readonly string[]): string | undefined {
    for (const text of texts) {
      const key = `${row.split}/${hashOf(text)}`
      if (this.#seen.has(key)) continue
      this.#seen.add(key)
      // Nothing to compare with: data that has only a training split needs no signatures.
      if (row.split === 'train' && this.#texts.length === 0) continue
      const signature = signatureOf(gramsOf(text))
      const matters = (nth: number): boolean => this.#texts[nth]?.where.split !== row.split
      const [found] = this.#near.find(text, signature, matters)
      const other = found === undefined ? undefined : this.#texts[found.nth]
      if (found !== undefined && other !== undefined)
        return `${row.name} and ${other.where.name} say nearly the same (likeness ${found.likeness.toFixed(2)})`
      if (row.split !== 'train') {
        this.#near.add(signature)
        this.#texts.push({ text, where: { name: row.name, split: row.split } })
      }
    }
    return undefined
  }
}
