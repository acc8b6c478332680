/** The cheapest write before another one, found among many at once. Pure. */

export interface Found {
  readonly value: number
  readonly cell: number
}

/** Between writes i and j: ((v_j - b_i)^2 - (max(v_i, b_i) - b_i)^2) / 2, so with x = v_j each i is a line in x. */
const offsetOf = (total: number, visible: number, next: number): number =>
  total + (next ** 2 - Math.max(0, visible - next) ** 2) / 2

/** The cheapest write before this one, where what is paid between two is staleness summed over time. */
export class CheapestLine {
  readonly #slopes: number[] = []
  readonly #offsets: number[] = []
  readonly #cells: number[] = []
  #front = 0

  /** Oldest unseen tokens only come later, so slopes only fall. */
  add(cell: number, total: number, visible: number, next: number): void {
    const slope = -next
    const offset = offsetOf(total, visible, next)
    while (this.#slopes.length > this.#front && this.#hides(slope, offset)) {
      this.#slopes.pop()
      this.#offsets.pop()
      this.#cells.pop()
    }
    this.#slopes.push(slope)
    this.#offsets.push(offset)
    this.#cells.push(cell)
  }

  clear(): void {
    this.#slopes.length = 0
    this.#offsets.length = 0
    this.#cells.length = 0
    this.#front = 0
  }

  /** @param x never smaller than before. @returns `Infinity` where there is none. */
  least(x: number): number {
    if (this.#slopes.length === 0) return Number.POSITIVE_INFINITY
    this.#advance(x)
    return this.#at(this.#front, x) + x ** 2 / 2
  }

  /** @param x never smaller than before. @returns a value of `Infinity` where there is none. */
  query(x: number): Found {
    const value = this.least(x)
    return { value, cell: this.#cells[this.#front] ?? -1 }
  }

  #advance(x: number): void {
    while (this.#front + 1 < this.#slopes.length && this.#at(this.#front + 1, x) <= this.#at(this.#front, x))
      this.#front += 1
  }

  #at = (line: number, x: number): number => (this.#slopes[line] ?? 0) * x + (this.#offsets[line] ?? 0)

  /** Whether the newest line is nowhere the lowest once this one is there. */
  #hides(slope: number, offset: number): boolean {
    const last = this.#slopes.length - 1
    const [s2, o2] = [this.#slopes[last] ?? 0, this.#offsets[last] ?? 0]
    if (slope === s2) return offset <= o2
    if (last === this.#front) return false
    const [s1, o1] = [this.#slopes[last - 1] ?? 0, this.#offsets[last - 1] ?? 0]
    return (offset - o1) * (s1 - s2) <= (o2 - o1) * (s1 - slope)
  }
}

/** The same, where what is paid is the time during which staleness is above an age. */
export class CheapestDelay {
  readonly #age: number
  /** Those whose allowed age may yet be kept, soonest due first. */
  readonly #due: { at: number; total: number; cell: number }[] = []
  #front = 0
  /** Of those whose age is passed: the cheapest, less when it was passed. */
  #late: Found = { value: Number.POSITIVE_INFINITY, cell: -1 }

  constructor(age: number) {
    this.#age = age
  }

  add(cell: number, total: number, visible: number, next: number): void {
    const at = Math.max(visible, next + this.#age)
    // A later one that is cheaper is better in every way: it stays below the age for longer.
    while (this.#due.length > this.#front && (this.#due.at(-1)?.total ?? 0) >= total) this.#due.pop()
    this.#due.push({ at, total, cell })
  }

  query(x: number): Found {
    for (let due = this.#due[this.#front]; due !== undefined && due.at < x; due = this.#due[this.#front]) {
      if (due.total - due.at < this.#late.value) this.#late = { value: due.total - due.at, cell: due.cell }
      this.#front += 1
    }
    const due = this.#due[this.#front]
    const late = { value: this.#late.value + x, cell: this.#late.cell }
    return due !== undefined && due.total <= late.value ? { value: due.total, cell: due.cell } : late
  }
}

/** The same lines in any order, asked for at places that are known before (a Li Chao tree). */
export class CheapestAnywhere {
  readonly #places: Float64Array
  readonly #slopes: Float64Array
  readonly #offsets: Float64Array
  readonly #size: number

  /** @param places never falling. */
  constructor(places: Float64Array) {
    this.#places = places
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(2, places.length)))
    this.#slopes = new Float64Array(2 * this.#size)
    this.#offsets = new Float64Array(2 * this.#size).fill(Number.POSITIVE_INFINITY)
  }

  add(total: number, visible: number, next: number): void {
    let [slope, offset] = [-next, offsetOf(total, visible, next)]
    // Every node keeps the line that is lower in its middle; the other one may be lower on one side only.
    let [node, from, to] = [1, 0, this.#size]
    for (;;) {
      const middle = (from + to) >> 1
      const [kept, low] = [this.#at(node, from), this.#at(node, middle)]
      const x = this.#place(from)
      let isLowerLeft = slope * x + offset < kept
      const lower = slope * this.#place(middle) + offset < low
      if (lower) {
        const [oldSlope, oldOffset] = [this.#slopes[node] ?? 0, this.#offsets[node] ?? 0]
        this.#slopes[node] = slope
        this.#offsets[node] = offset
        slope = oldSlope
        offset = oldOffset
        isLowerLeft = !isLowerLeft
      }
      if (to - from === 1 || offset === Number.POSITIVE_INFINITY) return
      if (isLowerLeft) [node, to] = [2 * node, middle]
      else [node, from] = [2 * node + 1, middle]
    }
  }

  /** @returns `Infinity` where there is none. */
  query(place: number): number {
    const x = this.#place(place)
    let least = Number.POSITIVE_INFINITY
    for (let node = this.#size + place; node > 0; node >>= 1)
      least = Math.min(least, (this.#slopes[node] ?? 0) * x + (this.#offsets[node] ?? 0))
    return least + x ** 2 / 2
  }

  #at = (node: number, place: number): number =>
    (this.#slopes[node] ?? 0) * this.#place(place) + (this.#offsets[node] ?? 0)

  #place = (place: number): number => this.#places[Math.min(place, this.#places.length - 1)] ?? 0
}
