import { fitBradleyTerry, leadsOf } from './bradley-terry.ts'
import { type Contrasts, contrastsOf, type Element } from './elements.ts'
import { lengthAt } from './features.ts'
import { accuracyOf } from './measure.ts'

/** What each answer's length alone says. */
const lengthsOf = (elements: readonly Element<Float32Array>[], embedding: number): Contrasts =>
  contrastsOf(
    elements.map(({ answers, preferences }) => ({
      answers: answers.map((answer) => Float32Array.of(answer[lengthAt(embedding)] ?? 0)),
      preferences,
    })),
    Float64Array.of(1),
  )

/** The baseline: what one more of log length is worth to people, as far as rankings tell. */
export const fitLength = (elements: readonly Element<Float32Array>[], embedding: number): number =>
  fitBradleyTerry({
    ...{ contrasts: lengthsOf(elements, embedding), times: new Float64Array(elements.length).fill(1) },
    // One number needs none, but for rankings that length tells without a mistake.
    ridge: 1e-6,
  }).at[0] ?? 0

/** How many preferences are told by length alone: a head that is hardly better has learned little else. */
export function lengthAccuracy(
  elements: readonly Element<Float32Array>[],
  perLogLength: number,
  embedding: number,
): number {
  const contrasts = lengthsOf(elements, embedding)
  return accuracyOf(contrasts, leadsOf(contrasts, Float64Array.of(perLogLength)))?.share ?? 0.5
}
