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
/** What is asked; the stub looks for the number behind it. */
const QUESTION = 'what is plain in this?'
/** A suite ends before this. */
const FOR_EVER_MS = 24 * 3_600_000

/** A workspace in which questions are asked by number, and an answer is complete when its last write says so. */
export class Workspace {
  readonly slack: SlackSimulator
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
  async ask(words = QUESTION): Promise<{ readonly answered: Promise<void> }> {
    this.#asked += 1
    const number = String(this.#asked)
    const person = this.slack.person(`person ${this.#asked % PEOPLE}`)
    const { ts } = await person.mention(this.#channel, `${words} #${number}`)
    return { answered: new Promise((resolve) => this.#waiting.set(ts, resolve)) }
  }

  /** One after another from each of `lanes`, until all of `questions` are answered. */
  async askAll(questions: number, lanes: number, words?: string): Promise<void> {
    let left = questions
    const lane = async () => {
      while (left > 0) {
        left -= 1
        await (await this.ask(words)).answered
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    await this.slack.settled()
  }

  /** So many a second on average, at random moments and whether or not answers come: as people ask. Answers are not waited for. */
  async askAtRandom(questions: number, aSecond: number): Promise<void> {
    let at = performance.now()
    for (let asked = 0; asked < questions; asked += 1) {
      at += (-Math.log(1 - Math.random()) * 1_000) / aSecond
      await pause(Math.max(0, at - performance.now()))
      await this.ask()
    }
  }

  /** Mentions that only Parley hears of, straight to its port: for threads so many that Slack's half takes minutes. */
  async tell(questions: number): Promise<void> {
    const user = this.slack.person('person 1').id
    for (let nth = 0; nth < questions; nth += 1) {
      this.#asked += 1
      const ts = `${Math.trunc(Date.now() / 1_000)}.${String(this.#asked).padStart(6, '0')}`
      const text = `<@${this.slack.bot.userId}> ${QUESTION} #${this.#asked}`
      const event = { type: 'app_mention', user, text, ts, event_ts: ts, channel: this.#channel }
      const body = JSON.stringify({ type: 'event_callback', team_id: this.slack.team.id, event })
      const { status } = await this.slack.sendRaw(body, this.slack.sign(body))
      if (status !== 200) throw new Error(`an event was answered with ${status}`)
    }
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

const MARK = z.object({ event_payload: z.object({ reply: z.string(), complete: z.boolean() }) })
