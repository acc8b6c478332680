/**
 * One run of chaos: real Parley processes, simulated platforms and a model that outlive them, people who talk, and
 * everything that can go wrong going wrong. What comes of it is what the people see in the end.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { drawFrom } from '#core/feedback/seeded-draw.ts'
import { check, isFlawless, type Verdict } from './checker.ts'
import { discordRoom } from './discord-room.ts'
import { innerFaults, strikeAll } from './faults.ts'
import { startModel } from './model.ts'
import { Conversation } from './people.ts'
import { type ChaosSettings, planOf } from './plan.ts'
import { Recovery } from './recovery.ts'
import { Replica } from './replica.ts'
import type { Room } from './room.ts'
import { slackRoom } from './slack-room.ts'
import { openChaosStore } from './store.ts'

export interface ChaosResult extends Verdict {
  readonly store: ChaosSettings['store']
  readonly kills: number
  /** How often a process ended that nobody had killed. */
  readonly crashes: number
  /** How often each other fault struck. */
  readonly faults: Readonly<Record<string, number>>
  /** Questions of which Parley was told more than once. */
  readonly repeated: number
  /** From readiness (one process) or the kill (several) until a cut thread went on, at the longest. */
  readonly longestRecoveryMs: number
  readonly recoveries: number
  readonly seconds: number
  /** One line for each thread that is not as it must be. */
  readonly complaints: readonly string[]
  /** Where the logs are; gone when the run was flawless. */
  readonly folder: string
}

/** Per hundred deliveries to Slack's address. */
const LOSSES = { late: 4, twice: 4, unanswered: 3 }
/** Nothing moved for so long: what is missing will not come. */
const STUCK_MS = 75_000
/** After the last answer, a second one would come within this. */
const QUIET_MS = 4_000
const LOOK_MS = 100
/** A start on a machine with nothing else to do. Kills come as much slower as this one is slower. */
const USUAL_START_MS = 900

export async function chaos(
  settings: ChaosSettings,
  report: (line: string) => void = () => {},
): Promise<ChaosResult> {
  const began = Date.now()
  const folder = await mkdtemp(join(tmpdir(), 'parley-chaos-'))
  const cleanup: (() => Promise<void>)[] = []
  let flawless = false
  try {
    const run = await new Run(settings, folder, report, cleanup).go()
    const verdict = check(run.conversations.map((each) => each.seen()))
    const counts = run.counts()
    // Whoever looks for why a process ended by itself needs its log.
    flawless = isFlawless(verdict) && counts.crashes === 0
    return {
      ...verdict,
      ...counts,
      store: settings.store,
      seconds: Math.round((Date.now() - began) / 1_000),
      complaints: await writeTraces(run, folder),
      folder,
    }
  } finally {
    for (const undo of cleanup.reverse()) await undo()
    if (flawless) await rm(folder, { recursive: true, force: true })
  }
}

/** For every thread that is not as it must be, what happened there, in a file of its own. */
async function writeTraces(run: Run, folder: string): Promise<readonly string[]> {
  const complaints = run.conversations.flatMap((each) => each.complaint() ?? [])
  for (const { thread, trace } of complaints)
    await writeFile(join(folder, `thread-${thread}.txt`), trace.join('\n'))
  if (complaints.length > 0) await writeFile(join(folder, 'events.txt'), run.events.join('\n'))
  return complaints.map(({ what }) => what)
}

class Run {
  readonly #settings: ChaosSettings
  readonly #folder: string
  readonly #report: (line: string) => void
  readonly #cleanup: (() => Promise<void>)[]
  readonly conversations: Conversation[] = []
  readonly #recovery = new Recovery()
  readonly #replicas: Replica[] = []
  readonly #faults = new Map<string, number>()
  #kills = 0
  /** Kills, starts and faults, with their times. */
  readonly events: string[] = []

  constructor(
    settings: ChaosSettings,
    folder: string,
    report: (line: string) => void,
    cleanup: (() => Promise<void>)[],
  ) {
    this.#settings = settings
    this.#folder = folder
    this.#report = report
    this.#cleanup = cleanup
  }

  counts() {
    return {
      kills: this.#kills,
      crashes: this.#replicas.reduce((sum, { crashes }) => sum + crashes, 0),
      faults: Object.fromEntries([...this.#faults].toSorted()),
      repeated: this.conversations.reduce((sum, { repeated }) => sum + repeated, 0),
      longestRecoveryMs: this.#recovery.longest,
      recoveries: this.#recovery.count,
    }
  }

  async go(): Promise<this> {
    const { seed, platforms, replicas, faultEveryMs } = this.#settings
    const store = await openChaosStore(this.#settings.store, this.#folder, this.#replicas)
    this.#cleanup.push(() => store.close())
    const model = await startModel((tokens) => {
      for (const { thread } of tokens) this.conversations[thread]?.moved()
    })
    this.#cleanup.push(() => model.close())
    const rooms: Room[] = []
    for (const platform of platforms) rooms.push(await this.#open(platform))
    const env = Object.assign({}, ...rooms.map((room) => room.env), {
      PARLEY_WEB: 'off',
      PARLEY_PORT: '0',
      PARLEY_LOG_LEVEL: 'info',
      PARLEY_STORE: store.url,
      PARLEY_MODEL: 'chaos',
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: 'none',
      PARLEY_CONTEXT_TOKENS: '100000',
    })
    for (let nth = 0; nth < replicas; nth += 1)
      this.#replicas.push(new Replica({ env, folder: this.#folder, name: `replica-${nth}` }))
    this.#cleanup.push(async () => {
      await Promise.all(this.#replicas.map((replica) => replica.kill()))
    })
    await Promise.all(this.#replicas.map((replica) => replica.start()))

    const over = new AbortController()
    const faults = [
      ...rooms.flatMap((room) => room.faults),
      ...innerFaults(this.#replicas, model),
      ...store.faults,
    ]
    const note = (name: string) => {
      this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1)
      this.#happened(name)
    }
    const striking = strikeAll(faults, {
      draw: drawFrom(`${seed}: faults`),
      everyMs: faultEveryMs,
      note,
      calm: () => {
        for (const room of rooms) room.calm()
      },
      signal: over.signal,
    })
    const killing = this.#killAgainAndAgain(over.signal)
    const watching = this.#watch(over)
    await this.#talk(rooms, over.signal)
    over.abort()
    await Promise.all([striking, killing, watching])
    await this.#settle()
    return this
  }

  #happened(what: string): void {
    this.events.push(`${Date.now()} ${what}`)
  }

  async #open(platform: 'slack' | 'discord'): Promise<Room> {
    const targets = () => this.#replicas.flatMap(({ url }) => url ?? [])
    const draw = drawFrom(`${this.#settings.seed}: mail`)
    const room =
      platform === 'slack' ? await slackRoom({ targets, draw, losses: LOSSES }) : await discordRoom()
    this.#cleanup.push(() => room.close())
    return room
  }

  /** Every conversation, so many at a time. */
  async #talk(rooms: readonly Room[], signal: AbortSignal): Promise<void> {
    const plan = planOf(this.#settings)
    const left = plan.entries()
    const oneAfterAnother = async () => {
      for (const [thread, questions] of left) {
        const room = rooms[thread % rooms.length]
        if (room === undefined || signal.aborted) return
        const conversation = new Conversation(thread, room.talk(thread))
        this.conversations[thread] = conversation
        await conversation.hold(questions, signal)
      }
    }
    await Promise.all(Array.from({ length: this.#settings.atOnce }, oneAfterAnother))
  }

  async #killAgainAndAgain(signal: AbortSignal): Promise<void> {
    const { seed, killEveryMs } = this.#settings
    const draw = drawFrom(`${seed}: kills`)
    let slowness = 1
    for (;;) {
      const pauseMs = slowness * (killEveryMs / 2 + draw(killEveryMs))
      await pause(pauseMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      const victim = this.#replicas[draw(this.#replicas.length)]
      if (victim === undefined) return
      this.#recovery.interrupt()
      this.#happened('kill')
      await victim.kill()
      this.#kills += 1
      const owed = this.conversations.filter((each) => each?.owed)
      if (this.#replicas.length > 1) this.#recovery.follow(owed, Date.now())
      const killedAt = Date.now()
      await victim.start()
      slowness = Math.max(1, (Date.now() - killedAt) / USUAL_START_MS)
      this.#happened('ready')
      if (this.#replicas.length === 1) this.#recovery.follow(owed, Date.now())
    }
  }

  /** Ends a run in which nothing moves any more. */
  async #watch(over: AbortController): Promise<void> {
    let told = Date.now()
    const end = told + this.#settings.atMostMs
    while (!over.signal.aborted) {
      await pause(LOOK_MS)
      this.#recovery.look()
      const moved = this.conversations.reduce((newest, each) => Math.max(newest, each?.movedAt ?? 0), 0)
      if (Date.now() - told > 10_000) {
        told = Date.now()
        const settled = this.conversations.filter((each) => each?.settled).length
        this.#report(`${settled} of ${this.conversations.length} threads settled, ${this.#kills} kills`)
      }
      if (Date.now() > end || (moved !== 0 && Date.now() - moved > STUCK_MS)) over.abort()
    }
  }

  /** Whatever is still under way comes to its end, and a second answer would show itself. */
  async #settle(): Promise<void> {
    for (;;) {
      await pause(LOOK_MS)
      for (const each of this.conversations) each?.look()
      const moved = this.conversations.reduce((newest, each) => Math.max(newest, each?.movedAt ?? 0), 0)
      const patience = this.conversations.every((each) => each.settled) ? QUIET_MS : STUCK_MS
      if (Date.now() - moved > patience) return
    }
  }
}
