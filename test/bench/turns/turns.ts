/**
 * What a turn costs: a real Parley in a process of its own, Slack simulated in this one and a streaming model in a
 * third.
 *
 * - `cpu_ms_per_turn`: processor time of Parley alone, over short answered mentions after a warm-up. A bare Bolt bot
 *   that keeps nothing is measured beside it, in turns, because figures of a busy machine compare only with each other.
 *   This model begins at once; `thinking_cpu_ms_per_turn` and its bare fellow are with one that thinks first, so that
 *   Parley lights its working sign, which the bare bot has not, and both wake up from a third of a second of sleep.
 * - `accept_to_model_p95_ms`: see `latency.ts`.
 * - `rss_mb_10k_threads`: memory with 10,000 threads that were asked in and not answered to the end. As many answers as
 *   Parley writes at once are being written, and the others wait. A thread that nothing waits in costs no memory at all.
 * - `recovery_ms`: see `recovery.ts`.
 * - `growth_…_ratio`: what a turn costs the core (`core.ts`) with much in the store, against what it costs with little.
 */
import type { Figure, Report } from '../figures.ts'
import { median } from '../figures.ts'
import type { Process } from '../start/process.ts'
import { Core } from './core.ts'
import { latency } from './latency.ts'
import { recovery } from './recovery.ts'
import { type BenchStore, stores } from './stores.ts'
import { addressOf, launchBare, launchParley, launchStub } from './subjects.ts'
import { THINKING } from './thinking.ts'
import { Workspace } from './workspace.ts'

/** A team never turns it off: what is measured is what runs once all of it is compiled. */
const WARM_UP = 800
const WARM_UP_LANES = 4
const TURNS = 80
const RUNS = 5
/** Each of these takes a third of a second. */
const THINKING_TURNS = 75
/** Asked for at once, to see how many are answered in a second. */
const CROWD = 32
const CROWD_TURNS = 320
/** Asked and not answered to the end: as many as Parley works on at once are, the others wait. */
const LIVE_THREADS = 10_000
/** As many answers as Parley works on at once, and some more; all others wait in any case. */
const SEEN_BY_SLACK = 500
const ACKNOWLEDGED_AT_ONCE = 25
const TOLD_AT_ONCE = 8
const GROWTH_RUNS = 5
const FEW = { messages: 10, threads: 100 }
const MANY = { messages: 10_000, threads: 100_000 }

interface Found {
  readonly cpu: number
  readonly bare?: number
  readonly thinking: number
  readonly bareThinking?: number
  readonly perSecond: number
  readonly p95: number
  readonly live: number
  readonly recovery: number
  readonly messages: number
  readonly threads: number
}

export async function turns(): Promise<Report> {
  const model = await launchStub()
  const found: (readonly [BenchStore['name'], Found])[] = []
  try {
    for (const store of await stores())
      try {
        found.push([store.name, await onStore(store, model)])
      } finally {
        await store.remove()
      }
  } finally {
    await model.end()
  }
  return { figures: figuresOf(found) }
}

async function onStore(store: BenchStore, model: Process): Promise<Found> {
  const stub = addressOf(model)
  return {
    ...(await costOfTurns(store, stub)),
    p95: await latency(store, model),
    live: await memory(store, stub),
    recovery: await recovery(store, stub),
    messages: await growth(store, async (core, size) => {
      await core.say('long', FEW_OR_MANY[size].messages)
      return ['long']
    }),
    threads: await growth(store, async (core, size) => {
      const count = FEW_OR_MANY[size].threads
      await core.haveThreads(count)
      return Array.from({ length: FEW.threads }, (_, nth) => String(1 + nth * (count / FEW.threads)))
    }),
  }
}

const FEW_OR_MANY = { few: FEW, many: MANY }

/** Runs alternate, so that a busy minute of the machine falls on both. The bare bot has no store: once is enough. */
async function costOfTurns(
  store: BenchStore,
  stub: string,
): Promise<Pick<Found, 'cpu' | 'bare' | 'thinking' | 'bareThinking' | 'perSecond'>> {
  const [room, other] = [await Workspace.open(), await Workspace.open({ botEvents: ['app_mention'] })]
  const parley = await launchParley({ workspace: room, stub, manner: 'quick' }, await store.fresh())
  const bare =
    store.name === 'sqlite' ? await launchBare({ workspace: other, stub, manner: 'quick' }) : undefined
  try {
    await room.askAll(WARM_UP, WARM_UP_LANES)
    if (bare !== undefined) await other.askAll(WARM_UP, WARM_UP_LANES)
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let run = 0; run <= RUNS; run += 1) {
      const [our, their] = [await cpuPerTurn(parley, room), bare && (await cpuPerTurn(bare, other))] as const
      // One question at a time is new to both, and the first of these runs has them compiled anew.
      if (run === 0) continue
      ours.push(our)
      if (their !== undefined) theirs.push(their)
    }
    const thinking = await cpuPerTurn(parley, room, THINKING_TURNS, THINKING)
    const bareThinking = bare && (await cpuPerTurn(bare, other, THINKING_TURNS, THINKING))
    const began = performance.now()
    await room.askAll(CROWD_TURNS, CROWD)
    const perSecond = (CROWD_TURNS * 1_000) / (performance.now() - began)
    const beside = bareThinking === undefined ? {} : { bare: median(theirs), bareThinking }
    return { cpu: median(ours), thinking, perSecond, ...beside }
  } finally {
    await Promise.all([parley.end(), bare?.end()])
    await Promise.all([room.close(), other.close()])
  }
}

async function cpuPerTurn(
  subject: Process,
  workspace: Workspace,
  turns = TURNS,
  words?: string,
): Promise<number> {
  const before = subject.cpuMilliseconds()
  await workspace.askAll(turns, 1, words)
  return (subject.cpuMilliseconds() - before) / turns
}

async function memory(store: BenchStore, stub: string): Promise<number> {
  const workspace = await Workspace.open()
  const url = await store.fresh()
  const parley = await launchParley({ workspace, stub, manner: 'held' }, url)
  try {
    for (let asked = 0; asked < SEEN_BY_SLACK; asked += ACKNOWLEDGED_AT_ONCE) {
      for (let nth = 0; nth < ACKNOWLEDGED_AT_ONCE; nth += 1) await workspace.ask()
      await workspace.slack.settled()
    }
    const each = (LIVE_THREADS - SEEN_BY_SLACK) / TOLD_AT_ONCE
    await Promise.all(Array.from({ length: TOLD_AT_ONCE }, () => workspace.tell(Math.ceil(each))))
    return parley.residentMebibytes()
  } finally {
    parley.kill()
    await workspace.close()
  }
}

/**
 * What a turn costs with much, against what it costs with little: in turns, so that a busy minute of the machine falls
 * on both.
 */
async function growth(
  store: BenchStore,
  prepare: (core: Core, size: keyof typeof FEW_OR_MANY) => Promise<readonly string[]>,
): Promise<number> {
  const [few, many] = [await Core.open(await store.fresh()), await Core.open(await store.fresh())]
  try {
    const [fewNames, manyNames] = [await prepare(few, 'few'), await prepare(many, 'many')]
    const [little, much]: [number[], number[]] = [[], []]
    for (let run = 0; run <= GROWTH_RUNS; run += 1) {
      const costs = [await few.costIn(fewNames), await many.costIn(manyNames)] as const
      // The first makes what runs be compiled.
      if (run === 0) continue
      little.push(costs[0])
      much.push(costs[1])
    }
    return median(much) / median(little)
  } finally {
    await few.close()
    await many.close()
  }
}

function figuresOf(found: readonly (readonly [BenchStore['name'], Found])[]): readonly Figure[] {
  const each = (metric: string, of: keyof Found, unit: string, bar?: string): readonly Figure[] => {
    const values = found.flatMap(([store, figures]) => {
      const value = figures[of]
      return value === undefined ? [] : [{ metric: `${metric}.${store}`, value, unit }]
    })
    // The embedded store is what the bars are for, and what most people run.
    const [first] = values
    if (first === undefined) return []
    return [{ ...first, metric, ...(bar === undefined ? {} : { bar }) }, ...values]
  }
  return [
    ...each('cpu_ms_per_turn', 'cpu', 'ms', 'at most 8, where a bare bot takes 5 to 6'),
    ...each('bare_cpu_ms_per_turn', 'bare', 'ms'),
    ...each('thinking_cpu_ms_per_turn', 'thinking', 'ms'),
    ...each('bare_thinking_cpu_ms_per_turn', 'bareThinking', 'ms'),
    ...each('turns_per_second', 'perSecond', 'turns'),
    ...each('accept_to_model_p95_ms', 'p95', 'ms', 'at most 10'),
    ...each('rss_mb_10k_threads', 'live', 'MiB', 'at most 300'),
    ...each(
      'recovery_ms',
      'recovery',
      'ms',
      'at most 5,000 after a restart on SQLite, 20,000 after a kill on PostgreSQL',
    ),
    ...each('growth_messages_ratio', 'messages', 'ratio', 'at most 1.5'),
    ...each('growth_threads_ratio', 'threads', 'ratio', 'at most 1.5'),
  ]
}
