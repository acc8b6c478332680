/**
 * From accepted to asked: how long a question takes from the moment its first event reaches Parley's process to the
 * moment the request arrives at the model, with a hundred answers in flight.
 *
 * Questions come at random moments, ten a second, and each answer takes ten seconds: a load that two cores carry
 * with room to spare, so that what is measured is Parley and no queue in front of it. Slack and the model are processes
 * of their own, and neither's time is in the figure, except for the model's noticing that it is asked.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Process } from '../start/process.ts'
import type { BenchStore } from './stores.ts'
import { addressOf, launchParley } from './subjects.ts'
import { Workspace } from './workspace.ts'

const A_SECOND = 10
/** A hundred are asked before the first is answered; by the last of these, what runs is compiled as well. */
const NOT_COUNTED = 110
const COUNTED = 160

/** p95, milliseconds. */
export async function latency(store: BenchStore, model: Process): Promise<number> {
  const stub = addressOf(model)
  const workspace = await Workspace.open()
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  const moments = join(folder, 'moments.json')
  try {
    const parley = await launchParley({ workspace, stub, manner: 'slow' }, await store.fresh(), moments)
    try {
      await workspace.askAtRandom(NOT_COUNTED + COUNTED, A_SECOND)
    } finally {
      await parley.end()
    }
    const accepted = TIMES.parse(JSON.parse(readFileSync(moments, 'utf8')))
    const asked = new Map(TIMES.parse(await (await fetch(`${stub}/arrivals`)).json()))
    const waits = accepted.flatMap(([question, at]) => {
      const arrival = asked.get(question)
      const isCounted = Number(question) > NOT_COUNTED
      return arrival === undefined || !isCounted ? [] : [Number(BigInt(arrival) - BigInt(at)) / 1e6]
    })
    return waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.95)] ?? Number.NaN
  } finally {
    await workspace.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Questions by their number, and nanoseconds. */
const TIMES = z.array(z.tuple([z.string(), z.string()]))
