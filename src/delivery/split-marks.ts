/** What is open at any place of a paragraph, found quickly: a cut asks for many places. */
import type { Atom, Emphasis, Inline } from './markdown/inline.ts'
import type { Opening } from './split-open.ts'

export type Marks = Pick<Opening, 'marks' | 'open'>

export const NO_MARKS: Marks = { marks: [], open: [] }

/** More marks than this at a cut are noise: they are left as they are. */
const MOST_MARKS = 16

export class ParagraphMarks {
  /** In order of `start`, and none inside another. */
  readonly #atoms: readonly Atom[]
  /** The same for code, which may be inside a link. */
  readonly #codes: readonly Atom[]
  readonly #changes: Changes
  readonly #dangling: ReadonlySet<Emphasis>
  /** 1 right behind an opening mark, inside a mark, right before a closing one. */
  readonly #insideMarks: Uint8Array
  /** A place is weighed before it is taken, some of them several times. */
  readonly #answered = new Map<number, Marks>()

  constructor({ atoms, emphasis, dangling }: Inline) {
    this.#atoms = outermost(atoms)
    this.#codes = outermost(atoms.filter(({ kind }) => kind === 'code'))
    this.#changes = new Changes([...emphasis, ...dangling])
    this.#dangling = new Set(dangling)
    this.#insideMarks = insideOf(emphasis)
  }

  /** What a cut closes and begins again. */
  at(position: number): Marks {
    const known = this.#answered.get(position)
    if (known !== undefined) return known
    const marks = this.#find(position)
    this.#answered.set(position, marks)
    return marks
  }

  #find(position: number): Marks {
    const here = this.#changes.openAt(position)
    const around = atomFrom(this.#codes, position)
    const code = around && (around.start < position || around.start === 0) ? around : undefined
    if (here.length === 0 && code === undefined) return NO_MARKS
    // Inside what the reader would take for code, nothing else is a mark.
    const ticks = here.findIndex(({ mark }) => mark.startsWith('`'))
    const closed = (ticks < 0 ? here : here.slice(0, ticks + 1)).map(({ mark }) => mark)
    const again = here.filter((mark) => !this.#dangling.has(mark)).map(({ mark }) => mark)
    const open = code === undefined || ticks >= 0 ? closed : [...closed, code.mark]
    if (open.join('').length > MOST_MARKS) return NO_MARKS
    return { marks: code === undefined ? again : [...again, code.mark], open }
  }

  /** Where the atom around `position` begins. */
  atomAround(position: number): number | undefined {
    const atom = atomFrom(this.#atoms, position)
    return atom !== undefined && atom.start < position ? atom.start : undefined
  }

  isInsideMark(position: number): boolean {
    return this.#insideMarks[position] === 1
  }
}

function outermost(atoms: readonly Atom[]): readonly Atom[] {
  const outer: Atom[] = []
  for (const atom of atoms) if (atom.start >= (outer.at(-1)?.end ?? 0)) outer.push(atom)
  return outer
}

function atomFrom(atoms: readonly Atom[], position: number): Atom | undefined {
  const atom = lastUpTo(atoms, position, ({ start }) => start)
  // Where one atom begins, the one before it has ended.
  return atom !== undefined && position < atom.end ? atom : undefined
}

function insideOf(emphasis: readonly Emphasis[]): Uint8Array {
  let length = 0
  for (const { from, to, mark } of emphasis)
    length = Math.max(length, from, isClosed(to) ? to + mark.length : 0)
  const inside = new Uint8Array(length + 1)
  for (const { start, from, to, mark } of emphasis) {
    inside.fill(1, start + 1, from + 1)
    if (isClosed(to)) inside.fill(1, to, to + mark.length)
  }
  return inside
}

const isClosed = (to: number): boolean => to < Number.POSITIVE_INFINITY

/** How many changes are gone through for one question. */
const STRIDE = 16

/** What is open where. A paragraph of noise changes it at every character, so only some of the answers are kept. */
class Changes {
  readonly #marks: readonly Emphasis[]
  /** Every opening and closing in order, as a number: where it is, times `#scale`, plus which it is. */
  readonly #events: Float64Array
  readonly #scale: number
  /** What is open before every event whose index is a multiple of `STRIDE`, as far as anybody asked. */
  readonly #kept: (readonly Emphasis[])[] = [[]]

  constructor(marks: readonly Emphasis[]) {
    this.#marks = marks
    this.#scale = 2 * marks.length
    const events = new Float64Array(this.#scale)
    let count = 0
    for (const [index, { from, to }] of marks.entries()) {
      events[count++] = from * this.#scale + 2 * index
      if (isClosed(to)) events[count++] = to * this.#scale + 2 * index + 1
    }
    this.#events = events.subarray(0, count).sort()
  }

  /** Outermost first. */
  openAt(position: number): readonly Emphasis[] {
    const count = this.#eventsUpTo(position)
    const stride = Math.floor(count / STRIDE)
    for (let known = this.#kept.length; known <= stride; known += 1)
      this.#kept.push(this.#after((known - 1) * STRIDE, known * STRIDE))
    const rest = count - stride * STRIDE
    return rest === 0 ? (this.#kept[stride] ?? []) : this.#after(stride * STRIDE, count)
  }

  /** @param from a multiple of `STRIDE` whose answer is kept. */
  #after(from: number, to: number): readonly Emphasis[] {
    const open = [...(this.#kept[from / STRIDE] ?? [])]
    for (let index = from; index < to; index += 1) {
      const event = this.#events[index] ?? 0
      // `%` of numbers this large is slow.
      const which = event - Math.floor(event / this.#scale) * this.#scale
      const mark = this.#marks[which >> 1]
      if (mark === undefined) continue
      if (which % 2 === 1) {
        if (open.at(-1) === mark) open.pop()
        else if (open.includes(mark)) open.splice(open.lastIndexOf(mark), 1)
        continue
      }
      let behind = open.length
      while (behind > 0 && (open[behind - 1]?.start ?? 0) > mark.start) behind -= 1
      if (behind === open.length) open.push(mark)
      else open.splice(behind, 0, mark)
      // Nobody asks for places among noise, and it must not cost time.
      if (open.length > MOST_MARKS) open.shift()
    }
    return open
  }

  #eventsUpTo(position: number): number {
    const bound = (position + 1) * this.#scale
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#events[middle] ?? 0) < bound) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The last of those in order whose place is at most `position`. */
function lastUpTo<T>(sorted: readonly T[], position: number, placeOf: (each: T) => number): T | undefined {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const each = sorted[middle]
    if (each !== undefined && placeOf(each) <= position) low = middle + 1
    else high = middle
  }
  return sorted[low - 1]
}
