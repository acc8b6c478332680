/**
 * Union-find. Members that belong together are one component, whose label is that of the first to have one; two
 * components with different labels are never joined, so no member's label ever changes.
 */
export class Components<Label> {
  readonly #parent: number[] = []
  readonly #label: (Label | undefined)[] = []

  /** @returns the new member's number, from 0. */
  add(label?: Label): number {
    this.#label.push(label)
    return this.#parent.push(this.#parent.length) - 1
  }

  /** The component's name: its oldest member. */
  find(member: number): number {
    let root = member
    for (let up = this.#up(root); up !== root; up = this.#up(root)) {
      this.#parent[root] = this.#up(up)
      root = up
    }
    return root
  }

  labelOf(member: number): Label | undefined {
    return this.#label[this.find(member)]
  }

  /** @returns false, and changes nothing, when both have a label and not the same. */
  join(one: number, other: number): boolean {
    const [first, second] = [this.find(one), this.find(other)].toSorted((a, b) => a - b)
    if (first === undefined || second === undefined || first === second) return true
    const [label, otherLabel] = [this.#label[first], this.#label[second]]
    if (label !== undefined && otherLabel !== undefined && label !== otherLabel) return false
    this.#parent[second] = first
    this.#label[first] = label ?? otherLabel
    return true
  }

  #up(member: number): number {
    return this.#parent[member] ?? member
  }
}
