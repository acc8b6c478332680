/**
 * Every inbound edge, with junk, with valid samples that were tampered with, and with what nobody signed. Rule S6:
 * nothing ends the process, nothing invalid leaves a trace, nobody is told that it was our fault, memory stays bounded.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { Crashes } from './crashes.ts'
import type { Edge, OpenEdge } from './edge.ts'
import { heapMb } from './memory.ts'

export interface FuzzSettings {
  readonly seed: number
  readonly cases: number
  /** Whole run; what does not fit is not run. */
  readonly atMostMs: number
  readonly edges: readonly Edge[]
  readonly say?: (line: string) => void
}

export interface EdgeResult {
  readonly name: string
  readonly cases: number
  readonly ms: number
  /** How much more is held after all of them than after a quarter. */
  readonly heapMb: number
  readonly problem?: string
}

/** Of all cases of an edge: those that must leave no trace. */
const INVALID = 0.6
/** Megabytes. What grows by more over ten thousand cases that leave no trace is a leak. */
const MOST_GROWTH_MB = 48

export async function fuzz({
  seed,
  cases,
  atMostMs,
  edges,
  say,
}: FuzzSettings): Promise<readonly EdgeResult[]> {
  const shares = edges.reduce((sum, { share }) => sum + share, 0)
  const deadline = Date.now() + atMostMs
  const results: EdgeResult[] = []
  for (const edge of edges) {
    const result = await fuzzEdge(edge, { seed, cases: Math.ceil((cases * edge.share) / shares), deadline })
    say?.(
      `${result.name}: ${result.cases} cases in ${result.ms} ms, ${result.heapMb} MB more${result.problem === undefined ? '' : `\n${result.problem}`}`,
    )
    results.push(result)
  }
  return results
}

interface Plan {
  readonly seed: number
  readonly cases: number
  readonly deadline: number
}

async function fuzzEdge(edge: Edge, { seed, cases, deadline }: Plan): Promise<EdgeResult> {
  const started = Date.now()
  let taken = 0
  let [early, late] = [0, 0]
  const opened = await edge.open()
  using crashes = new Crashes()
  const run = async (
    given: fc.Arbitrary<unknown>,
    numRuns: number,
    take: (one: unknown) => Promise<void>,
  ) => {
    if (numRuns < 1) return
    const quarter = Math.ceil(numRuns / 4)
    let ran = 0
    const property = fc.asyncProperty(given, async (one) => {
      await take(one)
      crashes.check()
      taken += 1
      ran += 1
      if (ran === quarter) early = heapMb()
    })
    const interruptAfterTimeLimit = Math.max(1, deadline - Date.now())
    await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit, maxSkipsPerRun: 1 })
    await nextTurn()
    crashes.check()
    late = heapMb()
  }
  let problem: string | undefined
  let grown = 0
  try {
    const invalid = Math.floor(cases * INVALID)
    await untouched(opened, () => run(opened.invalid, invalid, (one) => traceless(opened, one)))
    grown = late - early
    if (grown > MOST_GROWTH_MB) throw new Error(`${Math.round(grown)} MB more are held after ${taken} cases.`)
    await run(opened.wild, cases - invalid, (one) => opened.take(one))
    await opened.state?.rest()
    crashes.check()
  } catch (error) {
    problem = told(error)
  } finally {
    await opened[Symbol.asyncDispose]()
  }
  const figures = { cases: taken, ms: Date.now() - started, heapMb: Math.round(grown) }
  return { name: edge.name, ...figures, ...(problem === undefined ? {} : { problem }) }
}

/** fast-check says which case it was; what was wrong with it is the cause. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}\n${told(error.cause)}`
}

/** Looks at the number of written rows after each case, which costs nothing, and at the rows themselves if it grew. */
async function traceless({ state, take }: OpenEdge, given: unknown): Promise<void> {
  const before = state?.changes()
  await take(given)
  if (before === state?.changes()) return
  throw new Error(`An invalid case wrote ${(state?.changes() ?? 0) - (before ?? 0)} rows.`)
}

/** Also for what is written some time after the answer. */
async function untouched({ state }: OpenEdge, work: () => Promise<void>): Promise<void> {
  await state?.rest()
  const before = state?.kept()
  await work()
  await state?.rest()
  if (before !== state?.kept()) throw new Error('Cases that are all invalid changed what is kept.')
}
