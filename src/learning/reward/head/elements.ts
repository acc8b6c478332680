import { LearningError } from '#core/learning/engine.ts'

/** One answer is better than another, both by their number in the element. */
export interface Preference {
  readonly better: number
  readonly worse: number
  /** Share of the votes for `better`, 0 to 1: where raters disagree the label is soft. */
  readonly share: number
  /** All preferences of an element together weigh at most 1, however many answers were ranked. */
  readonly weight: number
}

/**
 * One prompt with all that was said of its answers: the InstructGPT paper (arXiv 2203.02155) takes the C(K,2) pairs of
 * a prompt as one batch element, because a model that sees them as separate examples overfits.
 *
 * @template Answer a text, or the numbers that stand for it
 */
export interface Element<Answer> {
  readonly answers: readonly Answer[]
  readonly preferences: readonly Preference[]
}

/**
 * Elements side by side, as numbers ready to be multiplied. Only differences between answers to one prompt tell
 * anything, so each answer is kept as its difference to the first one of its element: K answers are K - 1 rows, where
 * pairs would be C(K,2).
 */
export interface Contrasts extends Labels {
  readonly dimensions: number
  /** A row for every answer but the first of each element. */
  readonly rows: Float32Array
  /** Row number where an element begins; one more at the end. */
  readonly rowsFrom: Int32Array
  /** Place in the element, 0 for its first answer. */
  readonly better: Int32Array
  readonly worse: Int32Array
}

/** What scores are held against. */
export interface Labels {
  readonly elements: number
  /** Preference number where an element begins; one more at the end. */
  readonly preferencesFrom: Int32Array
  readonly share: Float64Array
  readonly weight: Float64Array
}

/**
 * @param scales what each number of an answer is divided by
 * @throws LearningError when an answer has a number that is none
 */
export function contrastsOf(elements: readonly Element<Float32Array>[], scales: Float64Array): Contrasts {
  const dimensions = scales.length
  const count = (of: (element: Element<Float32Array>) => number) =>
    elements.reduce((sum, element) => sum + of(element), 0)
  const preferences = count((element) => element.preferences.length)
  const contrasts = {
    ...{ dimensions, elements: elements.length },
    rows: new Float32Array(count(({ answers }) => answers.length - 1) * dimensions),
    rowsFrom: new Int32Array(elements.length + 1),
    preferencesFrom: new Int32Array(elements.length + 1),
    better: new Int32Array(preferences),
    worse: new Int32Array(preferences),
    share: new Float64Array(preferences),
    weight: new Float64Array(preferences),
  }
  let row = 0
  let nth = 0
  for (const [number, { answers, preferences }] of elements.entries()) {
    const [first, ...others] = answers
    if (first === undefined) throw new Error('an element without answers says nothing')
    for (const answer of others) {
      difference(contrasts.rows, row * dimensions, answer, first, scales)
      row += 1
    }
    for (const { better, worse, share, weight } of preferences) {
      contrasts.better[nth] = better
      contrasts.worse[nth] = worse
      contrasts.share[nth] = share
      contrasts.weight[nth] = weight
      nth += 1
    }
    contrasts.rowsFrom[number + 1] = row
    contrasts.preferencesFrom[number + 1] = nth
  }
  return contrasts
}

function difference(
  rows: Float32Array,
  at: number,
  answer: Float32Array,
  first: Float32Array,
  scales: Float64Array,
): void {
  let sum = 0
  for (let j = 0; j < scales.length; j += 1) {
    const value = ((answer[j] ?? Number.NaN) - (first[j] ?? Number.NaN)) / (scales[j] ?? 1)
    rows[at + j] = value
    sum += value
  }
  if (!Number.isFinite(sum))
    throw new LearningError(
      'An answer has a feature that is no number: the embeddings are broken. Embed the dataset again.',
    )
}

/** Of some elements only, with what belongs to each of their preferences (see `leadsOf`). */
export function labelsOf(
  all: Labels,
  elements: readonly number[],
  leads: Float64Array,
): { readonly labels: Labels; readonly leads: Float64Array } {
  const ends = elements.map(
    (nth) => [all.preferencesFrom[nth] ?? 0, all.preferencesFrom[nth + 1] ?? 0] as const,
  )
  const preferencesFrom = new Int32Array(elements.length + 1)
  for (const [nth, [from, end]] of ends.entries())
    preferencesFrom[nth + 1] = (preferencesFrom[nth] ?? 0) + end - from
  const only = (values: Float64Array) =>
    Float64Array.from(ends.flatMap(([from, end]) => [...values.subarray(from, end)]))
  return {
    labels: {
      ...{ elements: elements.length, preferencesFrom },
      ...{ share: only(all.share), weight: only(all.weight) },
    },
    leads: only(leads),
  }
}
