import { sayAgainstRaters } from '../agreement.ts'
import { type HeadFile, isShadow } from './file.ts'
import { ENOUGH_PROMPTS } from './head.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** For people: what a head can do, what length alone could, and whether it may decide anything yet. */
export function describeHead(head: HeadFile): readonly string[] {
  const { id, embedding, prompts } = head
  return [
    `Reward model ${id}: ${prompts} ranked prompts, on ${embedding.model} with ${embedding.dimensions} dimensions.`,
    ...describeMetrics(head.metrics),
    ...(isShadow(head)
      ? [
          `It stays in shadow mode: it learned from ${prompts} ranked prompts and decides nothing below ` +
            `${ENOUGH_PROMPTS}. It is asked and recorded; collect more rankings and train again.`,
        ]
      : []),
  ]
}

/** @param metrics of `evaluateHead` */
export function describeExamined(
  head: HeadFile,
  metrics: Readonly<Record<string, number>>,
): readonly string[] {
  const { prompts = 0, pairs = 0, calibrationError = 0 } = metrics
  return [
    ...lineOf(`Reward model ${head.id} on ${prompts} ranked prompts (${pairs} preferences)`, metrics, [
      'accuracy',
      'accuracyLow',
      'accuracyHigh',
      'lengthAccuracy',
    ]),
    ...againstRaters(metrics),
    `The chances it states are off by ${percent(calibrationError)} on average.`,
  ]
}

function describeMetrics(metrics: Readonly<Record<string, number>>): readonly string[] {
  return [
    ...lineOf('Held out in training', metrics, ['accuracy', 'accuracyLow', 'accuracyHigh', 'lengthAccuracy']),
    ...lineOf('Test split', metrics, [
      'testAccuracy',
      'testAccuracyLow',
      'testAccuracyHigh',
      'testLengthAccuracy',
    ]),
    ...againstRaters(metrics),
  ]
}

function againstRaters(metrics: Readonly<Record<string, number>>): readonly string[] {
  const { testAccuracy, accuracy = testAccuracy, agreement } = metrics
  if (accuracy === undefined) return []
  const said = sayAgainstRaters(
    { accuracy: testAccuracy ?? accuracy, ...(agreement === undefined ? {} : { agreement }) },
    metrics,
  )
  return [`${said.charAt(0).toUpperCase()}${said.slice(1)}`]
}

function lineOf(
  name: string,
  metrics: Readonly<Record<string, number>>,
  keys: readonly string[],
): readonly string[] {
  const [accuracy, low, high, length] = keys.map((key) => metrics[key])
  if (accuracy === undefined || low === undefined || high === undefined || length === undefined) return []
  const all =
    `${name}: agrees with ${percent(accuracy)} of preferences (95 %: ${percent(low)} to ${percent(high)}); ` +
    `length alone with ${percent(length)}.`
  return [high > length && low <= length ? `${all} It may have learned little but length.` : all]
}
