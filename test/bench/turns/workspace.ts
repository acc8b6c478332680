import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import {
  type SlackCall,
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
} from '#test/platforms/slack/simulator.ts'

/** People who ask in turns: their names are looked up once each, as in a real workspace. */
const PEOPLE = 10
/** A suite ends before this. */
const FOR_EVER_MS = 24 * 3_600_000

/** A workspace in which questions are asked by number, and an answer is complete when its last write says so. */
export class Workspace {
  readonly slack: SlackSimulator
  /** When each question left, on the machine's clock in nanoseconds, by its number. */
  readonly left = new Map<string, bigint>()
  readonly #channel: string
  /** Who waits for the answer, by the `ts` of the question. */
  readonly #waiting = new Map<string, () => void>()
  /** Calls that are read. */
  #read = 0
  #asked = 0
  #closed = false

  constructor(slack: SlackSimulator) {
    this.slack = slack
    this.#channel = slack.channel('general')
    void slack.until(() => this.#hear() || this.#closed, FOR_EVER_MS)
  }

  static async open(options: SlackSimulatorOptions = {}): Promise<Workspace> {
    return new Workspace(await startSlackSimulator({ rateLimits: false, ...options }))
  }

  /** @returns when the question is posted; `answered` when the last word of its answer is. */
  async ask(): Promise<{ readonly answered: Promise<void> }> {
    this.#asked += 1
    const number = String(this.#asked)
    const person = this.slack.person(`person ${this.#asked % PEOPLE}`)
    this.left.set(number, process.hrtime.bigint())
    const { ts } = await person.mention(this.#channel, `what is plain in this? #${number}`)
    return { answered: new Promise((resolve) => this.#waiting.set(ts, resolve)) }
  }

  /**
   * One after another from each of `lanes`, until all of `questions` are answered.
   *
   * @param apartMs between the first questions of two lanes, so that they do not go on all at once either.
   */
  async askAll(questions: number, lanes: number, apartMs = 0): Promise<void> {
    let left = questions
    const lane = async (_: unknown, nth: number) => {
      await pause(nth * apartMs)
      while (left > 0) {
        left -= 1
        await (await this.ask()).answered
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    await this.slack.settled()
  }

  /** How long each question took to the model, milliseconds, in the order they were asked. */
  async arrivals(stub: string): Promise<readonly number[]> {
    const arrived = ARRIVALS.parse(await (await fetch(`${stub}/arrivals`)).json())
    const at = new Map(arrived)
    return [...this.left].flatMap(([number, left]) => {
      const arrival = at.get(number)
      return arrival === undefined ? [] : [Number(BigInt(arrival) - left) / 1e6]
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.slack.close()
  }

  #hear(): boolean {
    for (let call = this.slack.calls[this.#read]; call?.outcome !== undefined; ) {
      const question = answeredBy(call)
      if (question !== undefined) this.#waiting.get(question)?.()
      this.#read += 1
      call = this.slack.calls[this.#read]
    }
    return false
  }
}

/** The `ts` of the question whose answer is complete with this call: the mark of its last write says so. */
function answeredBy({ args: { metadata }, outcome }: SlackCall): string | undefined {
  if (outcome !== 'ok' || metadata === undefined) return undefined
  const mark = MARK.parse(typeof metadata === 'string' ? JSON.parse(metadata) : metadata).event_payload
  return mark.complete ? mark.reply : undefined
}

const ARRIVALS = z.array(z.tuple([z.string(), z.string()]))
const MARK = z.object({ event_payload: z.object({ reply: z.string(), complete: z.boolean() }) })
