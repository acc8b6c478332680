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
  /** Where what is open changes, in order; outermost first. */
  readonly #changes: readonly { readonly at: number; readonly open: readonly Emphasis[] }[]
  readonly #dangling: ReadonlySet<Emphasis>
  /** Right behind an opening mark, inside a mark, right before a closing one. */
  readonly #insideMarks = new Set<number>()

  constructor({ atoms, emphasis, dangling }: Inline) {
    this.#atoms = outermost(atoms)
    this.#codes = outermost(atoms.filter(({ kind }) => kind === 'code'))
    this.#changes = changesOf([...emphasis, ...dangling])
    this.#dangling = new Set(dangling)
    for (const { start, from, to, mark } of emphasis) {
      for (let at = start + 1; at <= from; at += 1) this.#insideMarks.add(at)
      if (to < Number.POSITIVE_INFINITY)
        for (let at = to; at < to + mark.length; at += 1) this.#insideMarks.add(at)
    }
  }

  /** What a cut closes and begins again. */
  at(position: number): Marks {
    const here = lastUpTo(this.#changes, position, ({ at }) => at)?.open ?? []
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
    return this.#insideMarks.has(position)
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

function changesOf(all: readonly Emphasis[]): { at: number; open: readonly Emphasis[] }[] {
  const events = all.flatMap((mark) => [
    { at: mark.from, mark, opens: true },
    ...(mark.to < Number.POSITIVE_INFINITY ? [{ at: mark.to, mark, opens: false }] : []),
  ])
  let open: readonly Emphasis[] = []
  const changes: { at: number; open: readonly Emphasis[] }[] = []
  for (const { at, mark, opens } of events.toSorted((one, other) => one.at - other.at)) {
    open = opens
      ? [...open, mark].toSorted((one, other) => one.start - other.start)
      : open.filter((other) => other !== mark)
    // Nobody asks for places among noise, and it must not cost time.
    if (open.length > MOST_MARKS) open = open.slice(-MOST_MARKS)
    changes.push({ at, open })
  }
  return changes
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
