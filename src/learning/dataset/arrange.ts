import { bucketOf } from './chance.ts'
import { Components } from './components.ts'
import type { Split } from './dataset.ts'
import type { Drop } from './drops.ts'
import { answersOf, type Example, hashOf, textsOf } from './example.ts'
import { gramsOf, signatureOf } from './likeness.ts'
import { NearTexts } from './near.ts'

/** Splits that conversations and prompts have in an earlier dataset: `thread/<name>` or `prompt/<hash>`. */
export type Pins = ReadonlyMap<string, Split>

export interface Placed {
  readonly split: Split
  /** Of its prompt. */
  readonly prompt: string
  /** Names the conversations that belong together with it: the number of the oldest. */
  readonly component: number
}

interface Entry {
  /** Of the example it is a text of. */
  readonly nth: number
  readonly thread: string
  readonly is: Example['is']
  /** Which of `comparedTexts`; the last is the whole example. */
  readonly part: number
  readonly whole: boolean
}

/**
 * Takes examples oldest first, and puts each into a split or says why it is left out (rule L1).
 *
 * Conversations that share a prompt, or say nearly the same, are one component, and the first of them decides for all:
 * its split follows from its name and the salt. What would join components of two splits is left out. So whatever is
 * added later, no component ever changes its split.
 *
 * Holds about 700 bytes a text (a prompt, and each answer with it), and no text: `read` gives an example again.
 */
export class Arrangement {
  readonly #salt: string
  readonly #pins: Pins
  readonly #read: (nth: number) => Example
  readonly #components = new Components<Split>()
  /** Component members by the name of what is shared. */
  readonly #shared = new Map<string, number>()
  /** The component member of each example that was placed. */
  readonly #members = new Map<number, number>()
  readonly #exact = new Set<string>()
  readonly #entries: Entry[] = []
  readonly #near: NearTexts

  /** @param read the nth example, once more. */
  constructor(salt: string, pins: Pins, read: (nth: number) => Example) {
    this.#salt = salt
    this.#pins = pins
    this.#read = read
    this.#near = new NearTexts((entry) => this.#textOf(entry))
  }

  place(nth: number, example: Example): Placed | Drop {
    const texts = comparedTexts(example)
    const whole = texts.at(-1) ?? ''
    const prompt = hashOf(texts[0] ?? '')
    const exact = `${example.is}/${hashOf(whole)}`
    if (this.#exact.has(exact)) return 'duplicate'
    const signatures = texts.map((text) => signatureOf(gramsOf(text)))
    const wholeSignature = signatures.at(-1)
    if (wholeSignature !== undefined && this.#isRepeated(example, whole, wholeSignature))
      return 'near-duplicate'

    const names = [`thread/${example.thread}`, `prompt/${prompt}`]
    const neighbours = new Set(names.flatMap((name) => this.#shared.get(name) ?? []))
    for (const [part, text] of texts.entries()) {
      const signature = signatures[part]
      if (signature !== undefined) this.#addNeighbours(neighbours, text, signature)
    }
    const splits = new Set([
      ...[...neighbours].flatMap((member) => this.#components.labelOf(member) ?? []),
      ...names.flatMap((name) => this.#pins.get(name) ?? []),
    ])
    if (splits.size > 1) return 'bridge'
    const [split = bucketOf(example.thread, this.#salt)] = splits

    const member = this.#components.add(split)
    for (const neighbour of neighbours) this.#components.join(neighbour, member)
    for (const name of names) if (!this.#shared.has(name)) this.#shared.set(name, member)
    this.#members.set(nth, member)
    this.#exact.add(exact)
    for (const [part, signature] of signatures.entries()) {
      const { thread, is } = example
      this.#near.add(signature)
      this.#entries.push({ nth, thread, is, part, whole: part === texts.length - 1 })
    }
    return { split, prompt, component: this.#components.find(member) }
  }

  /** Turns of one conversation repeat what was said before: there only the same words are a duplicate. */
  #isRepeated({ is, thread }: Example, whole: string, signature: Uint32Array): boolean {
    const matters = (entry: number): boolean => {
      const other = this.#entries[entry]
      return other?.whole === true && other.is === is && other.thread !== thread
    }
    return this.#near.find(whole, signature, matters).length > 0
  }

  /** Only components that are not known as neighbours yet are looked at: one alike text of each is enough. */
  #addNeighbours(neighbours: Set<number>, text: string, signature: Uint32Array): void {
    const known = new Set([...neighbours].map((member) => this.#components.find(member)))
    const matters = (entry: number): boolean => {
      const member = this.#memberOf(entry)
      return member !== undefined && !known.has(this.#components.find(member))
    }
    for (const { nth } of this.#near.find(text, signature, matters)) {
      const member = this.#memberOf(nth)
      if (member !== undefined) neighbours.add(member)
    }
  }

  #memberOf(entry: number): number | undefined {
    const nth = this.#entries[entry]?.nth
    return nth === undefined ? undefined : this.#members.get(nth)
  }

  #textOf(entry: number): string {
    const found = this.#entries[entry]
    return found === undefined ? '' : (comparedTexts(this.#read(found.nth))[found.part] ?? '')
  }
}

/** The prompt, the prompt with each answer, and last the whole example. */
function comparedTexts(example: Example): readonly string[] {
  const answers = answersOf(example)
  const texts = textsOf(example.prompt, answers)
  if (answers.length === 1) return texts
  return [...texts, [texts[0] ?? '', ...answers.map((each) => each.toLowerCase()).toSorted()].join('\n')]
}
