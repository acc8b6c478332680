/**
 * Compares what every simulated person sees with what must have been (rules T1 to T3, D1). Pure.
 *
 * - lost: a question that no visible reply covers
 * - doubled: a question that two visible replies cover, whole or not
 * - reordered: a reply above that of an earlier question, although that one had arrived first
 * - torn: visible text that is not an answer of the model, whole; also a reply that looks half-written
 */
import { answerTo, HEAD, nameOf, type Token, tokensIn } from './words.ts'

export interface AskedQuestion {
  readonly token: Token
  /** When Parley was first told of it, and when it first acknowledged it; undefined when never, or not known. */
  readonly toldAt?: number | undefined
  readonly takenAt?: number | undefined
}

/** A thread as people see it in the end. */
export interface SeenThread {
  /** In the order in which they were asked. */
  readonly asked: readonly AskedQuestion[]
  /** Messages of Parley, oldest first. */
  readonly messages: readonly string[]
  /** Some message looks as if more were to come. */
  readonly unfinished: boolean
}

export interface Verdict {
  readonly questions: number
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly reordered: readonly string[]
  readonly torn: readonly string[]
}

export function check(threads: readonly SeenThread[]): Verdict {
  const verdicts = threads.map(checkThread)
  return {
    questions: verdicts.reduce((sum, { questions }) => sum + questions, 0),
    lost: verdicts.flatMap(({ lost }) => lost),
    doubled: verdicts.flatMap(({ doubled }) => doubled),
    reordered: verdicts.flatMap(({ reordered }) => reordered),
    torn: verdicts.flatMap(({ torn }) => torn),
  }
}

export const isFlawless = ({ lost, doubled, reordered, torn }: Verdict): boolean =>
  lost.length + doubled.length + reordered.length + torn.length === 0

export function checkThread({ asked, messages, unfinished }: SeenThread): Verdict {
  const replies = repliesIn(messages)
  const covered = replies.flatMap(({ tokens }) => tokens.map(nameOf))
  const names = asked.map(({ token }) => nameOf(token))
  const torn = replies.flatMap(({ whole, text }) => (whole ? [] : [text.slice(0, SHOWN)]))
  const about = names[0] ?? ''
  return {
    questions: asked.length,
    lost: names.filter((name) => !covered.includes(name)),
    doubled: names.filter((name) => covered.filter((each) => each === name).length > 1),
    reordered: outOfOrder(asked, covered),
    torn: unfinished && torn.length === 0 ? [`${about}: looks half-written`] : torn,
  }
}

/** Of a torn reply, enough to find it. */
const SHOWN = 120

/** True once every question has its answer and nothing moves any more. */
export const isSettled = (thread: SeenThread): boolean => {
  const { lost, torn } = checkThread(thread)
  return lost.length === 0 && torn.length === 0
}

/** Pairs that stand the wrong way round, by the later question. Whoever was told of neither in order is excused. */
function outOfOrder(asked: readonly AskedQuestion[], covered: readonly string[]): readonly string[] {
  const place = (token: Token) => covered.indexOf(nameOf(token))
  return asked.flatMap((later, at) => {
    const overtook = asked.slice(0, at).some((earlier) => {
      const [above, below] = [place(later.token), place(earlier.token)]
      const bothShown = above !== -1 && below !== -1
      return bothShown && above < below && arrivedBefore(earlier, later)
    })
    return overtook ? [nameOf(later.token)] : []
  })
}

const arrivedBefore = ({ takenAt }: AskedQuestion, { toldAt }: AskedQuestion): boolean =>
  toldAt === undefined || (takenAt !== undefined && takenAt <= toldAt)

interface VisibleReply {
  readonly tokens: readonly Token[]
  readonly whole: boolean
  readonly text: string
}

/** Platforms cut between words, and adapters put invisible marks into text: neither is a difference. */
const UNSEEN = /[\s\u2060]+/g
const bare = (text: string): string => text.replace(UNSEEN, '')
const BARE_HEAD = bare(HEAD)

/** Cuts the text of a thread into replies: whole answers of the model, and everything else. */
function repliesIn(messages: readonly string[]): readonly VisibleReply[] {
  const text = bare(messages.join('\n'))
  const replies: VisibleReply[] = []
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at)
    const tokens = rest.startsWith(BARE_HEAD) ? tokensIn(headOf(rest)) : []
    const right = bare(answerTo(tokens))
    const whole = tokens.length > 0 && rest.startsWith(right)
    const next = rest.indexOf(BARE_HEAD, 1)
    const length = whole ? right.length : next === -1 ? rest.length : next
    replies.push({ tokens, whole, text: rest.slice(0, length) })
    at += length
  }
  return replies
}

/** `q1n1,q1n2` of a beginning; the spaces between words are gone. */
function headOf(rest: string): string {
  const names = rest.slice(BARE_HEAD.length)
  const end = names.indexOf('.')
  return (end === -1 ? names : names.slice(0, end)).replaceAll(',', ' ')
}
