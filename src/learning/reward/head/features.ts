/**
 * What a head sees of an answer: the embedding of conversation and answer together, and a few plain numbers.
 *
 * Together, because a head only learns from differences between answers to one prompt: in embeddings of their own the
 * prompt's part would cancel out, and with it whatever makes an answer good here and bad there.
 */
import type { Judged } from '../reward-model.ts'

/** Models of embeddings read about 8,000 tokens, and in some scripts a letter is one; the end of a conversation matters most, and of an answer its start. */
const CONVERSATION_CHARACTERS = 4_000
const ANSWER_CHARACTERS = 4_000

const CODE = /^\s*(?:```|~~~)/mu
const LIST = /^\s*(?:[-*•]|\d+[.)])\s+\S/mu
/** English only: in other languages the embedding has to say it. */
const REFUSAL = /\b(?:I|we)(?:'m| am| are)? (?:can't|cannot|can not|won't|will not|unable to|not able to)\b/iu

/** Characters: who refuses says so at once. */
const REFUSED_BY = 200

/** Order matters: a model file names them, and fits no others. */
const SCALARS: readonly (readonly [string, (answer: string) => number])[] = [
  ['log length', (answer) => Math.log1p([...answer].length)],
  ['code', (answer) => Number(CODE.test(answer))],
  ['list', (answer) => Number(LIST.test(answer))],
  ['refusal', (answer) => Number(REFUSAL.test(answer.slice(0, REFUSED_BY).replaceAll('’', "'")))],
  ['question', (answer) => Number(/[?？]\s*$/u.test(answer))],
]
export const SCALAR_NAMES: readonly string[] = SCALARS.map(([name]) => name)

/** Where the logarithm of the length stands: right after the embedding. The baseline sees nothing else. */
export const lengthAt = (embedding: number): number => embedding

/** The text that is embedded. */
export function jointText({ conversation, answer }: Judged): string {
  const said = conversation.map(({ role, content }) => `${role}: ${content}`).join('\n')
  const joint = `${said.slice(-CONVERSATION_CHARACTERS)}\n⟶ ${answer.slice(0, ANSWER_CHARACTERS)}`
  // A cut may have halved a sign, which servers refuse.
  return joint.toWellFormed()
}

/** The numbers of one answer. @param embedding of its `jointText` */
export function featuresOf(embedding: Float32Array, { answer }: Judged): Float32Array {
  const features = new Float32Array(embedding.length + SCALARS.length)
  features.set(embedding)
  features.set(
    SCALARS.map(([, scalar]) => scalar(answer)),
    embedding.length,
  )
  return features
}

/**
 * What each feature is divided by before a head is fitted, so that one ridge is fair to all: an embedding as a whole,
 * because its directions have the lengths that its model gave them, and every other number by its own spread.
 */
export function scalesOf(answers: readonly Float32Array[], embedding: number): Float64Array {
  const size = answers[0]?.length ?? 0
  const sums = new Float64Array(size)
  const squares = new Float64Array(size)
  for (const answer of answers)
    for (let j = 0; j < size; j += 1) {
      const value = answer[j] ?? 0
      sums[j] = (sums[j] ?? 0) + value
      squares[j] = (squares[j] ?? 0) + value * value
    }
  const variances = squares.map((square, j) => {
    const mean = (sums[j] ?? 0) / answers.length
    return Math.max(0, square / answers.length - mean * mean)
  })
  const whole = variances.slice(0, embedding).reduce((sum, variance) => sum + variance, 0) / embedding
  return variances.map((variance, j) => spread(j < embedding ? whole : variance))
}

/** What never changes tells nothing, and must not be divided by nothing. */
const spread = (variance: number): number => (variance > 1e-12 ? Math.sqrt(variance) : 1)
